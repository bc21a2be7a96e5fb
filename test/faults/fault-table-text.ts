/** What stands above the tables of docs/faults.md. */
export const PREFACE = `# Faults

What a caller sees when one call to AWS goes wrong, for every call that every use case makes, and every way in which a call can go wrong. The tables are made and checked by \`test/faults\`; \`UPDATE_FAULTS=1 npm test -- test/faults\` writes them anew.

Each cell is a run of the real function with the real AWS SDK against the services of the local run. What the tables do not show is checked for each cell too: after the natural repeat (the client asks again, the user signs in again, the queue delivers again, the next scheduled run comes) and once all messages are worked off, everything is as without the fault. No second stage is left, nothing that somebody uses is deleted, a bare 500 stands in the log with its cause, what failed behind an “ok” stands there too, and no secret does.

| fault | what happens |
|---|---|
| throttled, server error | the service refuses the call, in its own words |
| timeout | the call is not carried out, and nobody answers |
| reset | the connection ends before the call is carried out |
| answer lost | the call is carried out, and the connection ends before the answer |
| crash before, crash after | the function's process ends before or after the call |
| not processed | a batch is answered with nothing done |
| stale index | an index is read as it was before the last writes |

A cell with an arrow tells first what follows when it happens once, and then when it happens for as long as the SDK tries.

| word | meaning |
|---|---|
| ok | the SDK or we tried again, or it did not matter |
| queued | the stage comes from the provisioning queue; over HTTP: 202 |
| unchecked | the visit goes on with the stage that is known; the next one asks IVS again |
| without a stage | the login succeeds, and the next visit makes the stage |
| region full | the login succeeds; IVS has no room for a stage |
| 503 and a code | told to try again, with \`Retry-After\` |
| 500 | a bare 500; the log has the cause |
| 404 NOT_FOUND | of a DELETE that the SDK sent again: the first one had deleted it already |
| redelivered | the message goes back to its queue |
| reported, failed | of a scheduled run: its report counts the trouble, or the run fails; the next one comes by itself |
| repeated | Secrets Manager takes the rotation's steps again |
| cut off | the process ended before its answer |

`;
