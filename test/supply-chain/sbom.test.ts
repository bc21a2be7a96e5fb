import { expect, it } from '@jest/globals';
import { makeSbom, productionOf, type Sbom } from '../../scripts/supply-chain/make-sbom.ts';

// npm is a process of its own, which takes seconds on a busy machine.
const TIMEOUT_MS = 60_000;

const SDK = 'pkg:npm/%40aws-sdk/client-ivs-realtime';
const namesIn = ({ components }: Sbom): readonly string[] => components.map(({ purl }) => purl.replace(/@[^@]*$/, ''));

it(
  'lists what is installed, and of that what production needs',
  () => {
    const all = makeSbom();
    const production = productionOf(all);
    expect(all.bomFormat).toBe('CycloneDX');
    expect(namesIn(all)).toEqual(expect.arrayContaining([SDK, 'pkg:npm/jest']));
    expect(namesIn(production)).toEqual(expect.arrayContaining([SDK, 'pkg:npm/%40smithy/core', 'pkg:npm/preact']));
    expect(namesIn(production)).not.toContain('pkg:npm/jest');
  },
  TIMEOUT_MS,
);

it('leaves nothing that refers to what was left out', () => {
  const component = (ref: string, value: string) => ({
    'bom-ref': ref,
    purl: `pkg:npm/${ref}`,
    properties: [{ name: 'cdx:npm:package:development', value }],
  });
  const sbom: Sbom = {
    bomFormat: 'CycloneDX',
    components: [component('a@1', 'false'), component('tool@1', 'true')],
    dependencies: [
      { ref: 'a@1', dependsOn: ['tool@1'] },
      { ref: 'tool@1', dependsOn: ['a@1'] },
    ],
  };
  expect(productionOf(sbom)).toEqual({
    bomFormat: 'CycloneDX',
    components: [component('a@1', 'false')],
    dependencies: [{ ref: 'a@1', dependsOn: [] }],
  });
});
