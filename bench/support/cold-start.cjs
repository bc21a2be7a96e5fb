// Loads one bundle in a fresh process and calls it once, as Lambda does at a cold start. Prints what each took.
const [, , bundle, event] = process.argv;

async function main() {
  const startedAt = performance.now();
  const { handler } = bundle.endsWith('.mjs') ? await import(bundle) : require(bundle);
  const loadedAt = performance.now();
  const answer = await handler(JSON.parse(event), {});
  const answeredAt = performance.now();
  console.log(JSON.stringify({ initMs: loadedAt - startedAt, firstMs: answeredAt - loadedAt, answer }));
  process.exit();
}
void main();
