import { defaultClientConditions } from 'vite';

export default {
  // amazon-cognito-identity-js comes from a time when bundlers offered Node's name for it.
  define: { global: 'globalThis' },
  // Only in this repository: the client from its source. A page elsewhere installs the package.
  resolve: { conditions: ['@stagedoor/source', ...defaultClientConditions] },
};
