/**
 * What a fleet costs the nodes of a cluster by itself: part by part on one node, and with all nodes, their links and their frames as
 * built, in this process.
 *
 *   npm run bench:cluster -- --devices 1000000 --registries 10000 --nodes 10 [--only parts|nodes]
 */
import { parseArgs } from 'node:util';
import { measureNodes } from './nodes.ts';
import { measureParts } from './parts.ts';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '1000000' },
    registries: { type: 'string', default: '10000' },
    nodes: { type: 'string', default: '10' },
    only: { type: 'string' },
  },
});
const size = {
  devices: Number(values.devices),
  registries: Number(values.registries),
  nodes: Number(values.nodes),
};
if (values.only !== 'nodes') measureParts(size);
if (values.only !== 'parts') await measureNodes(size);
