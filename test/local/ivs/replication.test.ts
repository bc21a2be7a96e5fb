import {
  DeleteStageCommand,
  GetParticipantCommand,
  ListParticipantEventsCommand,
  ListParticipantReplicasCommand,
  ListStagesCommand,
  StartParticipantReplicationCommand,
  StopParticipantReplicationCommand,
} from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it } from '@jest/globals';
import { createStage, createToken, joinWith, runEmulatorWithStage } from './joining.ts';
import { serviceError, stoppedClock } from './running-emulator.ts';

const notFound = serviceError('ResourceNotFoundException', 404);
const conflict = serviceError('ConflictException', 409);

async function runReplicableHost() {
  const { clock, advance } = stoppedClock();
  const running = await runEmulatorWithStage({ clock });
  const { client, emulator, stageArn: sourceStageArn, tokenFor } = running;
  const destinationStageArn = await createStage(client);
  const token = await tokenFor({ userId: 'ada', attributes: { role: 'host', colour: 'red' } });
  const host = joinWith(emulator, token);
  host.publish();
  const viewer = joinWith(emulator, await createToken(client, { stageArn: destinationStageArn }));
  const ids = { sourceStageArn, destinationStageArn, participantId: host.participantId };
  const start = (input: object = {}) => client.send(new StartParticipantReplicationCommand({ ...ids, ...input }));
  const stop = (input: object = {}) => client.send(new StopParticipantReplicationCommand({ ...ids, ...input }));
  const list = async () => {
    const { sourceStageArn: _stage, destinationStageArn: _other, participantId } = ids;
    return (await client.send(new ListParticipantReplicasCommand({ sourceStageArn, participantId }))).replicas;
  };
  const sessionIn = (arn: string) => emulator.stages().find((stage) => stage.arn === arn)?.activeSessionId ?? '';
  const replica = () => viewer.participants.find(({ participantId }) => participantId === host.participantId);
  return { ...running, ...ids, host, viewer, token, start, stop, list, sessionIn, replica, advance };
}

describe('a replication', () => {
  it('shows a publisher on another stage, with attributes on top of its own', async () => {
    const { client, sourceStageArn, destinationStageArn, participantId, start, list, sessionIn, viewer, replica } =
      await runReplicableHost();
    await start({ attributes: { colour: 'blue' } });
    expect(replica()).toMatchObject({ userId: 'ada', attributes: { role: 'host', colour: 'blue' }, publishing: true });
    expect(viewer.subscribe(participantId)).toBeUndefined();
    const [sourceSessionId, destinationSessionId] = [sessionIn(sourceStageArn), sessionIn(destinationStageArn)];
    const sessions = { sourceStageArn, sourceSessionId, destinationStageArn, destinationSessionId };
    expect(await list()).toEqual([{ participantId, ...sessions, replicationState: 'ACTIVE' }]);

    const inDestination = { stageArn: destinationStageArn, sessionId: destinationSessionId, participantId };
    expect((await client.send(new GetParticipantCommand(inDestination))).participant).toMatchObject({
      replicationType: 'REPLICA',
      replicationState: 'ACTIVE',
      sourceStageArn,
      sourceSessionId,
      published: true,
    });
    const copied = await client.send(new ListParticipantEventsCommand(inDestination));
    expect(copied.events).toMatchObject([
      { name: 'JOINED', replica: true },
      { name: 'PUBLISH_STARTED', replica: true },
    ]);

    const inSource = { stageArn: sourceStageArn, sessionId: sourceSessionId, participantId };
    expect((await client.send(new GetParticipantCommand(inSource))).participant).toMatchObject({
      replicationType: 'SOURCE',
      replicationState: 'ACTIVE',
    });
    const { events } = await client.send(new ListParticipantEventsCommand(inSource));
    expect(events?.at(-1)).toMatchObject({ name: 'REPLICATION_STARTED', destinationStageArn, destinationSessionId });
  });

  it('publishes and unpublishes with its source, and ends with it', async () => {
    const { start, host, replica, list } = await runReplicableHost();
    await start();
    host.unpublish();
    expect(replica()).toMatchObject({ publishing: false });
    host.publish();
    expect(replica()).toMatchObject({ publishing: true });
    host.leave('user-initiated');
    expect(replica()).toBeUndefined();
    expect(await list()).toMatchObject([{ replicationState: 'STOPPED' }]);
  });

  it('is stopped', async () => {
    const { client, start, stop, replica, list, sourceStageArn, participantId, sessionIn, host } =
      await runReplicableHost();
    await start();
    await stop();
    expect(replica()).toBeUndefined();
    expect(await list()).toMatchObject([{ replicationState: 'STOPPED' }]);
    const inSource = { stageArn: sourceStageArn, sessionId: sessionIn(sourceStageArn), participantId };
    const { events } = await client.send(new ListParticipantEventsCommand(inSource));
    expect(events?.at(-1)?.name).toBe('REPLICATION_STOPPED');
    const { participant } = await client.send(new GetParticipantCommand(inSource));
    expect(participant).toMatchObject({ replicationState: 'STOPPED', state: 'CONNECTED' });
    expect(host.ended).toEqual([]);
    await expect(stop()).rejects.toMatchObject(notFound);
    await start();
    expect((await list())?.map(({ replicationState }) => replicationState)).toEqual(['ACTIVE', 'STOPPED']);
  });

  it('outlasts a loss of the source for its reconnect window, and no longer', async () => {
    const { client, emulator, token, start, host, replica, list, advance } = await runReplicableHost();
    await start({ reconnectWindowSeconds: 30 });
    host.leave('connection-lost');
    advance(29_999);
    await client.send(new ListStagesCommand({}));
    expect(replica()).toMatchObject({ publishing: false });
    const again = joinWith(emulator, token);
    again.publish();
    advance(60_000);
    await client.send(new ListStagesCommand({}));
    expect(replica()).toMatchObject({ publishing: true });
    again.leave('connection-lost');
    advance(30_000);
    expect(await list()).toMatchObject([{ replicationState: 'STOPPED' }]);
    expect(replica()).toBeUndefined();
  });

  it('goes on when the source joins a second time with its token', async () => {
    const { emulator, token, start, replica } = await runReplicableHost();
    await start();
    const again = joinWith(emulator, token);
    expect(replica()).toMatchObject({ publishing: false });
    again.publish();
    expect(replica()).toMatchObject({ publishing: true });
  });

  it.each(['sourceStageArn', 'destinationStageArn'] as const)('ends with its %s', async (which) => {
    const running = await runReplicableHost();
    await running.start({ reconnectWindowSeconds: 300 });
    await running.client.send(new DeleteStageCommand({ arn: running[which] }));
    expect(await running.list()).toMatchObject([{ replicationState: 'STOPPED' }]);
  });

  it('needs two stages, and a participant who is there and publishes', async () => {
    const { start, host, sourceStageArn } = await runReplicableHost();
    await expect(start({ destinationStageArn: sourceStageArn })).rejects.toMatchObject(
      serviceError('ValidationException', 400),
    );
    await expect(start({ destinationStageArn: `${sourceStageArn}x` })).rejects.toMatchObject(notFound);
    await expect(start({ sourceStageArn: `${sourceStageArn}x` })).rejects.toMatchObject(notFound);
    await expect(start({ participantId: 'nobody' })).rejects.toMatchObject(notFound);
    host.unpublish();
    await expect(start()).rejects.toMatchObject(conflict);
  });

  it('is the only one to its destination, and not one of a replica', async () => {
    const { client, start, destinationStageArn } = await runReplicableHost();
    await start();
    await expect(start()).rejects.toMatchObject(conflict);
    const third = await createStage(client);
    const onwards = start({ sourceStageArn: destinationStageArn, destinationStageArn: third });
    await expect(onwards).rejects.toMatchObject(conflict);
  });

  it('is one of 5 at most, and finds 12 publishers too many', async () => {
    const { client, emulator, start, destinationStageArn } = await runReplicableHost();
    const quota = serviceError('ServiceQuotaExceededException', 402);
    for (let count = 0; count < 12; count += 1) {
      joinWith(emulator, await createToken(client, { stageArn: destinationStageArn })).publish();
    }
    await expect(start()).rejects.toMatchObject(quota);
    const others = await Promise.all(Array.from({ length: 6 }, () => createStage(client)));
    for (const arn of others.slice(0, 5)) await start({ destinationStageArn: arn });
    await expect(start({ destinationStageArn: others[5] })).rejects.toMatchObject(quota);
  });
});
