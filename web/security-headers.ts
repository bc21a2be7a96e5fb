/** What the page may do in a browser, for whoever serves it: the local run, and CloudFront. */
export interface PagePolicy {
  /** Origins that the page may call beside its own. */
  readonly connectTo: readonly string[];
  /** Whether browsers reach the page by HTTPS, and shall never reach it otherwise. */
  readonly https: boolean;
}

/** Where Amazon IVS lets participants join, publish and view. */
export const IVS_ORIGINS = ['https://*.live-video.net', 'wss://*.live-video.net'] as const;

export function securityHeaders(policy: PagePolicy): Readonly<Record<string, string>> {
  return {
    'content-security-policy': contentSecurityPolicy(policy),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': PERMISSIONS_POLICY,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(policy.https && { 'strict-transport-security': `max-age=${HTTPS_ONLY_SECONDS}` }),
  };
}

/** For how long a browser that was here remembers to come by HTTPS. */
export const HTTPS_ONLY_SECONDS = 2 * 365 * 86_400;

function contentSecurityPolicy({ connectTo, https }: PagePolicy): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    // Live media are attached as objects, without an address; an SDK may make blobs of them.
    "media-src 'self' blob:",
    'worker-src blob:',
    `connect-src 'self' ${connectTo.join(' ')}`.trim(),
    "font-src 'none'",
    "base-uri 'none'",
    // Forms are handled by script, before they would be sent anywhere.
    "form-action 'none'",
    "frame-ancestors 'none'",
    ...(https ? ['upgrade-insecure-requests'] : []),
  ].join('; ');
}

const OWN_FEATURES = ['autoplay', 'camera', 'clipboard-write', 'display-capture', 'fullscreen', 'microphone'];

const REFUSED_FEATURES = [
  ...['accelerometer', 'browsing-topics', 'clipboard-read', 'geolocation', 'gyroscope', 'hid', 'idle-detection'],
  ...['magnetometer', 'midi', 'payment', 'publickey-credentials-get', 'screen-wake-lock', 'serial', 'usb'],
];

/** Camera, microphone and screen are what a stage is about. */
const PERMISSIONS_POLICY = [
  ...OWN_FEATURES.map((feature) => `${feature}=(self)`),
  ...REFUSED_FEATURES.map((feature) => `${feature}=()`),
].join(', ');
