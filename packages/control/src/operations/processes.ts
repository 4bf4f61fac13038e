/** The installation as a whole: for callers that may view every folder, but for what a client must know to connect. */
import {
  Installation,
  ListNodesQuery,
  ListNodesResponse,
  type Node,
  ReadMetricsQuery,
  ReadMetricsResponse,
} from '@iotcore/contract';
import { everyFolder, limits } from '@iotcore/model';
import type { Clock } from '@iotcore/process';
import type { ProcessRow } from '@iotcore/store/control';
import { errors } from '../errors/catalogue.ts';
import { defineOperation } from '../pipeline/operation.ts';
import { folder, nothing, resource } from '../pipeline/subject.ts';
import { instant } from './shared/instant.ts';

const hourMs = 3_600_000;
const nouns = { REGISTRY: 'Registry', BROKER: 'Broker' } as const;
const service = 'ObservationService';

export const processOperations = [
  defineOperation({
    name: 'listNodes',
    service,
    summary: 'Lists the processes of the installation, and how they are',
    permission: 'view',
    message: ListNodesQuery,
    output: ListNodesResponse,
    subject: () => folder(everyFolder),
    run: async ({ read, input: { nodeView } }) => ({
      nodes: (await read.processes.list()).map((row) =>
        nodeView === 'FULL' ? { ...toNode(row), ...settingsOf(row) } : toNode(row),
      ),
    }),
  }),

  defineOperation({
    name: 'getInstallation',
    service,
    summary: 'Returns what a client must know to connect, and which version runs',
    permission: 'view',
    output: Installation,
    subject: () => nothing,
    async run({ read }, { version }: { readonly version: string }) {
      const servers = (await read.processes.list()).filter(({ kind, isReady }) => kind === 'mqtt' && isReady);
      // Of several, those that began last: they have the settings of now.
      const facts = servers.at(-1)?.facts as Partial<Installation> | undefined;
      return {
        version,
        listeners: facts?.listeners ?? {},
        tlsNames: facts?.tlsNames ?? [],
        ...(facts?.caCertificate !== undefined && { caCertificate: facts.caCertificate }),
        limits: { payloadBytes: limits.payload.max, topicBytes: limits.topic.max, ...facts?.limits },
      };
    },
  }),

  defineOperation({
    name: 'readMetrics',
    service,
    summary: 'Returns what processes, registries and brokers did, as points of time',
    permission: 'view',
    message: ReadMetricsQuery,
    output: ReadMetricsResponse,
    async subject({ scope, id = '' }, read) {
      if (scope !== 'REGISTRY' && scope !== 'BROKER') return folder(everyFolder);
      const kind = scope === 'REGISTRY' ? 'registry' : 'broker';
      return resource(nouns[scope], await read.owners.find({ kind, id }));
    },
    async run({ input, read }, { clock }: { readonly clock: Clock }) {
      const to = instant(input.to) ?? clock.date();
      const from = instant(input.from) ?? new Date(to.getTime() - hourMs);
      const range = { from, to, step: input.step };
      const { scope, id } = input;
      if (scope === 'NODE' && !(await read.processes.list()).some((one) => one.id === id))
        throw errors.notFound('Node');
      const points =
        scope === 'REGISTRY' || scope === 'BROKER'
          ? await read.metrics.ofTenant(
              { kind: scope === 'REGISTRY' ? 'registry' : 'broker', id: id ?? '' },
              range,
            )
          : await read.metrics.ofProcesses(id, range, clock.date());
      return { points: points.map(({ at, figures }) => ({ at: at.toISOString(), figures: { ...figures } })) };
    },
  }),
];

function toNode({ id, kind, version, place, startedAt, seenAt, isReady, figures }: ProcessRow): Node {
  return {
    ...{ id, version, place, figures: { ...figures } },
    kind: kind.toUpperCase() as Node['kind'],
    startedAt: startedAt.toISOString(),
    seenAt: seenAt.toISOString(),
    ready: isReady,
  };
}

/** A process of the version before does not say. */
function settingsOf({ facts }: ProcessRow): Pick<Node, 'settings'> {
  const { settings } = facts as Pick<Node, 'settings'>;
  return settings === undefined ? {} : { settings };
}
