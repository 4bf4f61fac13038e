import { credentialMessages, decodeData, type ResourceNames } from '@iotcore/contract';
import { defineRoute, type Route } from '../../routing/route.ts';
import { ownerParams, ownerPath, permittedOwner, publishPermission } from './owner.ts';

export function publishRoutes(names: ResourceNames): Route[] {
  const { noun, kind, tag } = names;
  const messages = credentialMessages[kind];
  return [
    defineRoute({
      method: 'POST',
      path: `${ownerPath(names)}/publish`,
      operationId: `publish${noun}Data`,
      tag,
      summary: `Publishes a message as a ${kind}`,
      description: `It is routed as if the ${kind} itself had published it, with its rights. Answered once every MQTT server has handed it to its subscribers; a call that failed may be repeated, so a message arrives at least once.`,
      permission: publishPermission[kind],
      params: ownerParams(names),
      body: messages.PublishDataRequest,
      response: messages.PublishDataResponse,
      async handler(context) {
        const from = await permittedOwner(names, context);
        const { topic, data } = context.body;
        await context.once(() => context.dataPlane.publish({ from, topic, payload: decodeData(data) }));
        return {};
      },
      replay: () => ({}),
    }),
  ];
}
