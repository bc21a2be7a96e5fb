import { View } from '../parts/view.tsx';
import { BansSection } from './bans-section.tsx';
import { DeleteSection } from './delete-section.tsx';
import { EncoderSection } from './encoder-section.tsx';
import { GuestsSection } from './guests-section.tsx';
import { LinksSection } from './links-section.tsx';
import { VisibilitySection } from './visibility-section.tsx';

export function SettingsView() {
  return (
    <View title="Settings" intro="Who may see your stage, who may be on it, and how you broadcast." width="text">
      <VisibilitySection />
      <LinksSection />
      <GuestsSection />
      <BansSection />
      <EncoderSection />
      <DeleteSection />
    </View>
  );
}
