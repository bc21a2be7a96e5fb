export function Spinner() {
  return <span class="spinner" aria-hidden="true" />;
}

/** In place of something that is not there yet. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <p class="loading" role="status">
      <Spinner />
      {what}
    </p>
  );
}
