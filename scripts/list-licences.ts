// npm run licences: writes docs/licences.md.
import { writeFileSync } from 'node:fs';
import { lockedPackages, readLockfile } from './supply-chain/locked-packages.ts';
import { renderLicences } from './supply-chain/render-licences.ts';
import { shippedPackages } from './supply-chain/shipped-packages.ts';

const all = lockedPackages(readLockfile());
writeFileSync(new URL('../docs/licences.md', import.meta.url), renderLicences(shippedPackages(all), all));
