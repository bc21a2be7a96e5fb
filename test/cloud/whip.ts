import { randomBytes } from 'node:crypto';
import type { Deployment } from './deployment.ts';

/** One for all stages: the token tells which. */
const GLOBAL_ENDPOINT = 'https://global.whip.live-video.net';
const MOST_REDIRECTS = 3;
const LONGEST_ANSWER_MS = 30_000;

export interface WhipAnswer {
  readonly status: number;
  /** Ends the session, if one began. */
  end(): Promise<void>;
}

/** Asks to publish by WHIP, and sends no media: enough to learn whether IVS takes the token. */
export async function offerToPublish({ IvsEndpoint }: Deployment, token: string): Promise<WhipAnswer> {
  const authorization = `Bearer ${token}`;
  let url = IvsEndpoint === undefined ? GLOBAL_ENDPOINT : `${IvsEndpoint}/whip`;
  for (let redirects = 0; ; redirects += 1) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/sdp' },
      body: newOffer(),
      // By hand: a redirect of fetch to another host leaves out the token.
      redirect: 'manual',
      signal: AbortSignal.timeout(LONGEST_ANSWER_MS),
    });
    const location = response.headers.get('location');
    const { status } = response;
    await response.body?.cancel();
    if (status === 307 && location !== null && redirects < MOST_REDIRECTS) {
      url = assertAmazons(new URL(location, url)).href;
      continue;
    }
    const end = async () => {
      if (status === 201 && location !== null) await endSession(new URL(location, url), authorization);
    };
    return { status, end };
  }
}

async function endSession(session: URL, authorization: string): Promise<void> {
  const signal = AbortSignal.timeout(LONGEST_ANSWER_MS);
  await fetch(session, { method: 'DELETE', headers: { authorization }, signal });
}

/** The token goes along. */
function assertAmazons(url: URL): URL {
  if (url.protocol === 'https:' && url.hostname.endsWith('.live-video.net')) return url;
  throw new Error(`WHIP led to ${url.origin}`);
}

/** Opus and baseline H.264, which IVS wants even for audio alone. */
function newOffer(): string {
  const fingerprint = randomBytes(32).toString('hex').toUpperCase().match(/../g)?.join(':');
  const medium = (kind: string, mid: number, format: number, codec: string, parameters: string) => [
    `m=${kind} 9 UDP/TLS/RTP/SAVPF ${format}`,
    ...['c=IN IP4 0.0.0.0', 'a=rtcp-mux', 'a=sendonly', `a=mid:${mid}`, 'a=setup:actpass'],
    ...['a=ice-ufrag:check', 'a=ice-pwd:cloudcheckcloudcheckcloud', `a=fingerprint:sha-256 ${fingerprint}`],
    ...[`a=rtpmap:${format} ${codec}`, `a=fmtp:${format} ${parameters}`],
    ...[`a=ssrc:${mid + 1} cname:check`, `a=msid:check ${kind}`],
  ];
  return [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1', 'a=msid-semantic: WMS check'],
    ...medium('audio', 0, 111, 'opus/48000/2', 'minptime=10;useinbandfec=1'),
    ...medium('video', 1, 102, 'H264/90000', 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f'),
    '',
  ].join('\r\n');
}
