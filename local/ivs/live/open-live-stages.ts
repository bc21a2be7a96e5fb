import type { Emulation } from '../emulation.ts';
import { exchangeToken } from './exchange-token.ts';
import { isRefusal, type LiveStages, type Presence, type PresentParticipant } from './live-stages.ts';
import {
  capabilitiesOf,
  enterStage,
  isPresent,
  leaveStage,
  type Present,
  setMuted,
  startPublishing,
  startSubscribing,
  stopPublishing,
  stopSubscribing,
} from './presences.ts';
import { verifyToken } from './verify-token.ts';

export function openLiveStages(emulation: Emulation): LiveStages {
  return {
    verify: (token) => verifyToken(emulation, token),
    join(admission, connection) {
      const present = enterStage(emulation, admission, connection);
      return isRefusal(present) ? present : presenceOf(emulation, present);
    },
  };
}

function presenceOf(emulation: Emulation, present: Present): Presence {
  return {
    participantId: present.admission.participantId,
    get participants() {
      return [...(emulation.rooms.get(present.stageArn)?.present.values() ?? [])].map(describe);
    },
    publish: (protocol) => startPublishing(emulation, present, protocol),
    unpublish: () => stopPublishing(emulation, present),
    subscribe: (publisherId) => startSubscribing(emulation, present, publisherId),
    unsubscribe: (publisherId) => stopSubscribing(emulation, present, publisherId),
    setMuted: (muted) => setMuted(emulation, present, muted),
    exchange: (token) => exchangeToken(emulation, present, token),
    leave: (reason) => leaveStage(emulation, present, reason),
    onNews(listener) {
      if (isPresent(emulation, present)) present.listeners.add(listener);
      return () => present.listeners.delete(listener);
    },
  };
}

function describe({ admission, isPublishing, muted }: Present): PresentParticipant {
  const { participantId, userId, attributes } = admission;
  const capabilities = capabilitiesOf(admission);
  return { participantId, userId, attributes, publishing: isPublishing, capabilities, ...muted };
}
