// npm run sbom [-- DIRECTORY]: lists the installed packages in CycloneDX's format, in `.local/sbom` if not told otherwise.
// What the functions and the page hold is among what `production` lists, together with what the local run needs.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeSbom, productionOf } from './supply-chain/make-sbom.ts';

const directory = process.argv[2] ?? '.local/sbom';
mkdirSync(directory, { recursive: true });
const all = makeSbom();
for (const [name, sbom] of Object.entries({ all, production: productionOf(all) })) {
  const file = path.join(directory, `${name}.cdx.json`);
  writeFileSync(file, JSON.stringify(sbom, undefined, 2));
  console.log(`${file}: ${sbom.components.length} packages`);
}
