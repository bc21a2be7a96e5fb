/** `config.json` beside the page: written by the web stack from the deployment's outputs, or served by the local run. */
export interface PageConfig {
  /** Of the HTTP API; may be relative to the page. */
  readonly apiUrl: string;
  readonly region: string;
  readonly userPoolId: string;
  readonly userPoolClientId: string;
  /** Whether people may make an account by themselves. */
  readonly selfSignUp: boolean;
  /** Only of a local run: where Cognito and IVS are emulated, and who can sign in. */
  readonly local?: {
    readonly cognitoEndpoint: string;
    readonly ivsEndpoint: string;
    readonly demoUsers: readonly string[];
    readonly demoPassword: string;
  };
}

export async function readPageConfig(): Promise<PageConfig> {
  const response = await fetch('config.json', { cache: 'no-store' });
  if (!response.ok) throw new Error(`config.json: ${response.status} ${response.statusText}`);
  return (await response.json()) as PageConfig;
}
