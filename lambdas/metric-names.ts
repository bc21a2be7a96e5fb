/** Metrics that the functions write and that the dashboard and the alarms read. One namespace, one dimension: the deployment. */
export const METRICS_NAMESPACE = 'Stagedoor';
export const DEPLOYMENT_DIMENSION = 'Deployment';

export const METRIC_UNITS = {
  /** A stage was made for a user. */
  StagesCreated: 'Count',
  /** A visit left its stage to the provisioning queue. */
  VisitsQueued: 'Count',
  /** A sign-in went on without its stage, which was not even queued. */
  SignInsWithoutStage: 'Count',
  /** CreateStage was refused because the region is full. */
  StageQuotaReached: 'Count',
  /** IVS refused a call for its rate. */
  IvsThrottles: 'Count',
  /** A profile names a stage that does not carry our tag. */
  ForeignStages: 'Count',
  /** Stages of this deployment in IVS. */
  StagesInUse: 'Count',
  /** Stages of the whole region, which share the quota. */
  StagesInRegion: 'Count',
  /** StagesInRegion in percent of the quota as set. */
  StageQuotaUsed: 'Percent',
  StagesRemoved: 'Count',
  OrphansFound: 'Count',
  /** What a clean-up run could not settle. */
  CleanUpFailures: 'Count',
  CleanUpSeconds: 'Seconds',
  /** Hours since the longest idle owner was seen. */
  OldestIdleHours: 'Count',
  UsersForgotten: 'Count',
  /** More users were gone from the user pool than a run may forget: none was. */
  UsersGoneRefused: 'Count',
  /** How long a reconcile pass took, whatever it came to. */
  ReconcileSeconds: 'Seconds',
  /** Live statuses that a pass could not compare with IVS. */
  ReconcileFailures: 'Count',
  /** Of passes that came round and failed nowhere; so are the next two. */
  LiveStages: 'Count',
  Publishers: 'Count',
  /** Participants on stages that are live, publishers and viewers, as far as they were counted. */
  Participants: 'Count',
  /** Events that changed a live status. */
  StageUpdatesApplied: 'Count',
  /** Events of stages that are not ours or not current, and of replicas. */
  StageUpdatesDropped: 'Count',
  /** Live statuses that the reconcile pass found wrong. */
  LiveStatusCorrected: 'Count',
  /** Somebody was put out by a check, because they held rights that they did not have any more. */
  ParticipantsPutOut: 'Count',
  /** Participants whom a check left alone, because their token or ingest names no user. */
  ParticipantsUnknown: 'Count',
  /** The signing key could not be read, or there is none yet: older keys or IVS's API stood in. */
  SigningKeyUnavailable: 'Count',
  /** A new signing key was refused because the region has three public keys already. */
  SigningKeySlotsFull: 'Count',
} as const satisfies Readonly<Record<string, 'Count' | 'Percent' | 'Seconds'>>;

export type MetricName = keyof typeof METRIC_UNITS;
