/** Beside a name, which it does not stand for. */
export function Avatar({ name }: { readonly name: string }) {
  const [first = '?'] = name.trim();
  return (
    <span class="avatar" aria-hidden="true">
      {first.toUpperCase()}
    </span>
  );
}
