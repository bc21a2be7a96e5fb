import type { StageSummary } from '@stagedoor/client';
import { Avatar } from '../parts/avatar.tsx';
import { watchHref } from '../route.ts';
import { describeLiveTime } from './describe-live-time.ts';

interface StageCardProps {
  readonly stage: StageSummary;
  readonly nowMs: number;
}

/** A link to the stage, but for those who are kept off it. */
export function StageCard({ stage, nowMs }: StageCardProps) {
  if (stage.role === null) {
    return (
      <div class="card stage-card">
        <Who name={stage.displayName} />
        <p class="row">
          <span class="badge">Banned</span>
          <span class="soft">The host keeps you off this stage.</span>
        </p>
      </div>
    );
  }
  return (
    <a class="card stage-card" href={watchHref(stage.ownerId)}>
      <Who name={stage.displayName} />
      <span class="row">
        <span class="badge badge-live">Live</span>
        <span class="soft">
          {describeLiveTime(stage.liveSince, nowMs)} · {describePublishers(stage.publisherCount)}
        </span>
      </span>
    </a>
  );
}

function Who({ name }: { readonly name: string }) {
  return (
    <span class="stage-card-who">
      <Avatar name={name} />
      {name}
    </span>
  );
}

function describePublishers(count: number): string {
  return count === 1 ? '1 on stage' : `${count} on stage`;
}
