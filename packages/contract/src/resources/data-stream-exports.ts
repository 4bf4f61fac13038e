/** Exports to data streams: messages that gRPC alone has. */
import { z } from 'zod';

const some = z.string().max(1024, 'At most 1024 characters.').optional();

export const dataStreamExportId = z.string().max(50, 'At most 50 characters.');

export const AddDataStreamExportRequest = z.strictObject({
  name: some,
  mqttTopicFilter: some,
  database: some,
  stream: some,
  serviceAccountId: some,
});

export const ListDataStreamExportsResponse = z.object({
  dataStreamExports: z.array(z.object({ id: z.string() })),
});
