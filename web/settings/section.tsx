import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

export interface SectionProps {
  readonly title: string;
  readonly intro: ComponentChildren;
  readonly isDangerous?: boolean;
  readonly children: ComponentChildren;
}

export function Section({ title, intro, isDangerous = false, children }: SectionProps) {
  const id = useId();
  return (
    <section class={isDangerous ? 'card card-danger' : 'card'} aria-labelledby={id}>
      <div class="stack stack-tight">
        <h2 id={id}>{title}</h2>
        <p class="soft">{intro}</p>
      </div>
      {children}
    </section>
  );
}
