import { type Endpoint, noContent } from '../../middleware/http-function.ts';
import { type LeaveNeeds, leave } from '../../stages/leave.ts';

export const deleteMe =
  (services: LeaveNeeds): Endpoint =>
  async (_event, { userId }) => {
    await leave(services)(userId);
    return noContent();
  };
