/** Server reflection, in both of its versions: what grpcurl and other generic clients ask before they call. */
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import {
  create,
  type DescFile,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { codes } from '@iotcore/control';
import { files as allFiles, messages, reflection, reflectionAlpha, serviceFiles } from '@iotcore/proto';
import type { OwnMethod } from '../method.ts';

type Request = ReturnType<typeof create<typeof reflection.ServerReflectionRequestSchema>>;
type Answer = NonNullable<
  MessageInitShape<typeof reflection.ServerReflectionResponseSchema>['messageResponse']
>;

export function reflectionMethods(): OwnMethod[] {
  return [
    reflectionMethod(reflection.ServerReflection.method.serverReflectionInfo),
    reflectionMethod(reflectionAlpha.ServerReflection.method.serverReflectionInfo),
  ];
}

/** The two versions differ in their name only: the messages of one are read and written as those of the other. */
function reflectionMethod(method: DescMethod): OwnMethod {
  return {
    kind: 'own',
    method,
    isLong: true,
    async serve(call) {
      for await (const bytes of call.messages()) {
        const request = fromBinary(reflection.ServerReflectionRequestSchema, bytes);
        const answer = create(reflection.ServerReflectionResponseSchema, {
          validHost: request.host,
          originalRequest: request,
          messageResponse: answerTo(request),
        });
        await call.send(toBinary(reflection.ServerReflectionResponseSchema, answer));
        // A stream can hold thousands of requests in one piece: others have their turn in between.
        await yieldToEventLoop();
      }
    },
  };
}

function answerTo({ messageRequest }: Request): Answer {
  switch (messageRequest.case) {
    case 'listServices':
      return { case: 'listServicesResponse', value: { service: serviceNames().map((name) => ({ name })) } };
    case 'fileByFilename':
      return files(fileNamed(messageRequest.value));
    case 'fileContainingSymbol':
      return files(fileWith(messageRequest.value));
    default:
      // Extensions: there are none.
      return notFound();
  }
}

function serviceNames(): string[] {
  return serviceFiles.flatMap((file) => file.services.map(({ typeName }) => typeName));
}

function fileNamed(name: string): DescFile | undefined {
  return allFiles.find(({ proto }) => proto.name === name);
}

/** The file of a message, enum, service, or of a method or field within one. */
function fileWith(symbol: string): DescFile | undefined {
  const found = messages.get(symbol);
  if (found) return 'file' in found ? found.file : undefined;
  const end = symbol.lastIndexOf('.');
  return end > 0 ? fileWith(symbol.slice(0, end)) : undefined;
}

/** A file and all that it imports, which the client would ask for next. */
function files(file: DescFile | undefined): Answer {
  if (!file) return notFound();
  const all = new Set<DescFile>();
  const add = (one: DescFile): void => {
    if (all.has(one)) return;
    all.add(one);
    one.dependencies.forEach(add);
  };
  add(file);
  const fileDescriptorProto = [...all].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
}

function notFound(): Answer {
  return { case: 'errorResponse', value: { errorCode: codes.NOT_FOUND, errorMessage: 'not found' } };
}
