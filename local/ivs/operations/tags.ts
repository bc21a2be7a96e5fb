import { type Input, maxTagsPerResource } from '../constraints.ts';
import type { Emulation, Plan } from '../emulation.ts';
import { changeTags, findTags } from '../emulation.ts';
import { validationFailed } from '../errors.ts';

export function tagResource(emulation: Emulation, { resourceArn, tags: added }: Input<'TagResource'>): Plan {
  return {
    needs: [{ action: 'ivs:TagResource', resource: resourceArn, requestTags: added }],
    apply: () => {
      const tags = { ...findTags(emulation, resourceArn), ...added };
      if (Object.keys(tags).length > maxTagsPerResource) {
        throw validationFailed(`A resource can have at most ${maxTagsPerResource} tags`);
      }
      changeTags(emulation, resourceArn, tags);
      return {};
    },
  };
}

export function untagResource(emulation: Emulation, { resourceArn, tagKeys }: Input<'UntagResource'>): Plan {
  return {
    needs: [{ action: 'ivs:UntagResource', resource: resourceArn, tagKeys }],
    apply: () => {
      const kept = Object.entries(findTags(emulation, resourceArn)).filter(([key]) => !tagKeys.includes(key));
      changeTags(emulation, resourceArn, Object.fromEntries(kept));
      return {};
    },
  };
}

export function listTagsForResource(emulation: Emulation, { resourceArn }: Input<'ListTagsForResource'>): Plan {
  return {
    needs: [{ action: 'ivs:ListTagsForResource', resource: resourceArn }],
    apply: () => ({ tags: findTags(emulation, resourceArn) }),
  };
}
