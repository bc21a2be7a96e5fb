/** `ApiUrl` of Stagedoor's outputs, and the pool that this page has always signed in to. */
export const config = {
  apiUrl: 'https://abcdef1234.execute-api.us-east-1.amazonaws.com',
  userPoolId: 'us-east-1_AbCdEf123',
  userPoolClientId: '1h57kf5cpq17m0eml12example',
};
