import { parseArgs } from 'node:util';
import cognito, { type CognitoUserSession } from 'amazon-cognito-identity-js';

/**
 * Signs in as browsers do, `--times` times, and prints what came of each attempt as JSON. A program of its own: in jest's
 * sandbox this client's arithmetic takes a quarter of a minute for one sign-in.
 */
const { values } = parseArgs({
  options: {
    endpoint: { type: 'string', default: '' },
    pool: { type: 'string', default: '' },
    client: { type: 'string', default: '' },
    user: { type: 'string', default: '' },
    password: { type: 'string', default: '' },
    times: { type: 'string', default: '1' },
  },
});

const pool = new cognito.CognitoUserPool({
  UserPoolId: values.pool,
  ClientId: values.client,
  endpoint: values.endpoint,
});
const results: object[] = [];
for (let round = 0; round < Number(values.times); round += 1)
  results.push(await signIn().then(describe, describeError));
console.log(JSON.stringify(results));

function signIn(): Promise<CognitoUserSession> {
  const user = new cognito.CognitoUser({ Username: values.user, Pool: pool });
  const details = new cognito.AuthenticationDetails({ Username: values.user, Password: values.password });
  return new Promise((onSuccess, onFailure) => user.authenticateUser(details, { onSuccess, onFailure }));
}

function describe(session: CognitoUserSession): object {
  return session.getAccessToken().payload;
}

function describeError({ name, message }: Error): object {
  return { name, message };
}
