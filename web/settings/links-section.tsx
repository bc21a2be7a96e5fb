import { CopyField } from '../parts/copy-field.tsx';
import { watchLink } from '../route.ts';
import { useSignedIn } from '../signed-in.ts';
import { Section } from './section.tsx';

export function LinksSection() {
  const { userId } = useSignedIn();
  return (
    <Section title="Your link" intro="Hand out the link to be watched, and your user id to be invited to other stages.">
      <CopyField label="Watch link" value={watchLink(userId)} />
      <CopyField label="User id" value={userId} />
    </Section>
  );
}
