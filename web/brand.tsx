/** A door, and the light that falls out of it. */
export function Brand() {
  return (
    <>
      <svg viewBox="0 0 24 28" aria-hidden="true">
        <path class="brand-door" d="M2 27V5a4 4 0 0 1 4-4h12a4 4 0 0 1 4 4v22z" />
        <path class="brand-light" d="M12 5 5 27h14z" />
      </svg>
      Stagedoor
    </>
  );
}
