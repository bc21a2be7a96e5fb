import { rmSync } from 'node:fs';

/** Jest's global tear-down, for every project once. */
export default function removeTemporaryDirectory(): void {
  rmSync(process.env.STAGEDOOR_TEST_TMPDIR ?? '', { recursive: true, force: true });
}
