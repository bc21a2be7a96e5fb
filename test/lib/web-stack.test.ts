import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { IVS_ORIGINS, securityHeaders } from '../../web/security-headers.ts';
import { synthesizeWeb } from '../support/synthesized.ts';

const pageDirectory = mkdtempSync(join(tmpdir(), 'stagedoor-test-page-'));
mkdirSync(join(pageDirectory, 'assets'));
writeFileSync(join(pageDirectory, 'assets/main-1a2b.js'), 'export {};');
writeFileSync(join(pageDirectory, 'index.html'), '<title>A page</title>');
afterAll(() => rmSync(pageDirectory, { recursive: true }));

const context = { region: 'eu-west-1', selfSignUp: false };
const { template, findings, assembly } = synthesizeWeb(pageDirectory, context);
const only = (type: string) => Object.values(template.findResources(type)).map(({ Properties }) => Properties);

describe('the bucket of the page', () => {
  it('is encrypted, refuses everything public, and everything but TLS', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: Match.anyValue(),
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      WebsiteConfiguration: Match.absent(),
    });
    const deny = { Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike(deny)]) },
    });
  });

  it('is read by this distribution only, which signs what it asks for', () => {
    const [policy] = only('AWS::S3::BucketPolicy');
    const allowed = policy?.PolicyDocument.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    expect(allowed).toMatchObject([
      {
        Action: 's3:GetObject',
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Condition: { StringEquals: { 'AWS:SourceArn': expect.anything() } },
      },
    ]);
    expect(only('AWS::CloudFront::OriginAccessControl')).toMatchObject([
      { OriginAccessControlConfig: { SigningBehavior: 'always', SigningProtocol: 'sigv4' } },
    ]);
  });
});

describe('the distribution', () => {
  const config = only('AWS::CloudFront::Distribution')[0]?.DistributionConfig;

  it('serves the page by HTTPS', () => {
    expect(config).toMatchObject({
      DefaultRootObject: 'index.html',
      HttpVersion: 'http2and3',
      DefaultCacheBehavior: { ViewerProtocolPolicy: 'redirect-to-https', ResponseHeadersPolicyId: expect.anything() },
    });
  });

  it('leads /api to the API, all methods and headers, and caches none of it', () => {
    expect(config.CacheBehaviors).toMatchObject([
      {
        PathPattern: '/api/*',
        AllowedMethods: expect.arrayContaining(['GET', 'PUT', 'PATCH', 'POST', 'DELETE']),
        // AWS's CachingDisabled and AllViewerExceptHostHeader.
        CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
        ViewerProtocolPolicy: 'https-only',
        ResponseHeadersPolicyId: expect.anything(),
        FunctionAssociations: [{ EventType: 'viewer-request' }],
      },
    ]);
    const api = config.Origins.find(({ Id }: { Id: string }) => Id === config.CacheBehaviors[0].TargetOriginId);
    expect(api.CustomOriginConfig).toEqual({ OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] });
    expect(JSON.stringify(api.DomainName)).toContain('.execute-api.eu-west-1.');
  });

  it('gives nobody the error that another caller got', () => {
    const unkept = [404, 414, 500, 501, 502, 503, 504].map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 }));
    expect(config.CustomErrorResponses).toEqual(unkept);
  });

  const code = only('AWS::CloudFront::Function')[0]?.FunctionCode as string;
  const handle = (uri: string) =>
    runInNewContext(`${code}; handler(event)`, { event: { request: { uri, method: 'GET' } } }) as unknown;

  it.each([
    ['/api/me/stage', '/me/stage'],
    ['/api/stages/a%2Fb/tokens', '/stages/a%2Fb/tokens'],
    ['/api/', '/'],
    ['/api//me', '//me'],
    ['/api/../api/me', '/../api/me'],
  ])('takes /api off %s', (uri, expected) => {
    expect(handle(uri)).toEqual({ uri: expected, method: 'GET' });
  });

  it.each(['/api', '/apix', '/x/../api/me', '//api/me', '/%61pi/me', '/API/me', 'api/me', '/', ''])(
    'asks the API nothing for "%s"',
    (uri) => {
      expect(handle(uri)).toEqual({ statusCode: 404 });
    },
  );
});

describe('the headers', () => {
  const [{ ResponseHeadersPolicyConfig: headers } = {}] = only('AWS::CloudFront::ResponseHeadersPolicy');
  const csp: string = headers.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy;

  it('are those of the local run, and HTTPS beside', () => {
    const expected = securityHeaders({
      connectTo: ['https://cognito-idp.eu-west-1.amazonaws.com', ...IVS_ORIGINS],
      https: true,
    });
    const { ContentTypeOptions, ReferrerPolicy, StrictTransportSecurity } = headers.SecurityHeadersConfig;
    const custom = headers.CustomHeadersConfig.Items as { Header: string; Value: string }[];
    expect({
      ...Object.fromEntries(custom.map(({ Header, Value }) => [Header, Value])),
      'content-security-policy': csp,
      'referrer-policy': ReferrerPolicy.ReferrerPolicy,
      'strict-transport-security': `max-age=${StrictTransportSecurity.AccessControlMaxAgeSec}`,
      'x-content-type-options': ContentTypeOptions.Override && 'nosniff',
    }).toEqual(expected);
  });

  it('allow scripts and styles of the page’s own origin only, and nothing inline', () => {
    expect(csp).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(csp).not.toMatch(/unsafe|\*(?!\.live-video\.net)|http:/);
    expect(csp).toContain("frame-ancestors 'none'");
  });

  it('open nothing that the page does not use', () => {
    const open = csp.split('; ').filter((directive) => !directive.endsWith("'none'"));
    expect(open.map((directive) => directive.split(' ')[0])).toEqual([
      ...['script-src', 'style-src', 'img-src', 'media-src', 'worker-src', 'connect-src'],
      'upgrade-insecure-requests',
    ]);
  });

  it('keep pages of other origins from loading what is here', () => {
    expect(headers.CustomHeadersConfig.Items).toContainEqual({
      Header: 'cross-origin-resource-policy',
      Value: 'same-origin',
      Override: true,
    });
  });
});

describe('what is deployed', () => {
  it('is the assets for good, and then the page and its configuration, which are asked for each time', () => {
    const deployments = template.findResources('Custom::CDKBucketDeployment');
    const [assetsId = '', entryId = ''] = Object.keys(deployments);
    expect(deployments[assetsId]?.Properties).toMatchObject({
      DestinationBucketKeyPrefix: 'assets',
      SystemMetadata: { 'cache-control': 'public, max-age=31536000, immutable' },
      Prune: false,
    });
    expect(deployments[entryId]).toMatchObject({
      Properties: { SystemMetadata: { 'cache-control': 'no-cache' }, Prune: false, RetainOnDelete: false },
      DependsOn: expect.arrayContaining([assetsId]),
    });
  });

  it('is configured for the API of the same origin and the user pool', () => {
    const [file = ''] = globSync(join(assembly(), 'asset.*/config.json'));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      apiUrl: '/api',
      region: 'eu-west-1',
      userPoolId: expect.stringContaining('marker'),
      userPoolClientId: expect.stringContaining('marker'),
      selfSignUp: false,
    });
  });

  it('needs a page', () => {
    expect(() => synthesizeWeb(join(pageDirectory, 'none'), context)).toThrow('build it with `npm run build:web`');
  });
});

it('lets the deployment write to the page’s bucket and its own log, and read the built page', () => {
  const statements = only('AWS::IAM::Policy').flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  const writable = statements.filter(({ Action }) => /Put|Delete|Create/.test(JSON.stringify(Action)));
  expect(writable).toHaveLength(2);
  for (const { Resource } of writable) expect(JSON.stringify(Resource)).toMatch(/"(Page|DeploymentLog)\w+","Arn"/);
  expect(statements.filter(({ Resource }) => Resource === '*')).toEqual([]);
  for (const { ManagedPolicyArns = [] } of only('AWS::IAM::Role')) expect(ManagedPolicyArns).toEqual([]);
});

it('names its address', () => {
  expect(template.findOutputs('WebUrl')).toHaveProperty('WebUrl');
});

it('leaves cdk-nag without findings that are not explained', () => {
  expect(findings()).toEqual([]);
});
