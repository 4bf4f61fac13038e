import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { ApiError, type CodeName, codes, errors } from '@iotcore/control';
import { BadRequestSchema, messages, StatusSchema } from '@iotcore/proto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeMessage, failed, succeeded } from './status.ts';

const detailsOf = (trailers: Readonly<Record<string, string>>) => {
  const { code, message, details } = fromBinary(
    StatusSchema,
    Buffer.from(trailers['grpc-status-details-bin'] ?? '', 'base64'),
  );
  return { code, message, details: details.map((any) => anyUnpack(any, messages)) };
};

test('success has a status and no message', () => {
  expect(succeeded).toEqual({ 'grpc-status': '0' });
});

test.each(Object.entries(codes))('%s has the status %i', (name, code) => {
  const trailers = failed(new ApiError(name as CodeName, 'No.'));
  expect(trailers).toEqual({ 'grpc-status': String(code), 'grpc-message': 'No.' });
});

describe('the message', () => {
  test.each([
    ['folder_id: Required.', 'folder_id: Required.'],
    ['100 % of "a/b?c=d&e+f#g"', '100 %25 of "a/b?c=d&e+f#g"'],
    ['two\nlines', 'two%0Alines'],
    ['имя', '%D0%B8%D0%BC%D1%8F'],
    ['\u007f~ ', '%7F~ '],
  ])('%j goes as %j', (message, encoded) => {
    expect(encodeMessage(message)).toBe(encoded);
  });

  test('is what clients decode, whatever it says', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 200 });
    fc.assert(fc.property(text, (said) => decodeURIComponent(encodeMessage(said)) === said));
  });

  test('is cut where it is too long for headers, between characters', () => {
    const message = failed(new ApiError('INTERNAL', `a${'я'.repeat(3000)}`))['grpc-message'] ?? '';
    expect(decodeURIComponent(message)).toBe(`a${'я'.repeat(511)}`);
  });
});

describe('the details', () => {
  test('name every field as the .proto files do, and leave the keys of maps as they are', () => {
    const trailers = failed(
      errors.invalidArgument([
        { field: 'folderId', description: 'Required.' },
        { field: 'certificates[1].certificateData', description: 'No certificate.' },
        { field: 'labels.camelCase', description: 'A bad key.' },
      ]),
    );
    expect(trailers['grpc-message']).toContain('folder_id: Required.');
    const { code, message, details } = detailsOf(trailers);
    expect(code).toBe(3);
    expect(message).toBe(trailers['grpc-message']);
    expect(details).toMatchObject([
      {
        fieldViolations: [
          { field: 'folder_id', description: 'Required.' },
          { field: 'certificates[1].certificate_data', description: 'No certificate.' },
          { field: 'labels.camelCase', description: 'A bad key.' },
        ],
      },
    ]);
  });

  test('say how long to wait after a rate limit', () => {
    expect(detailsOf(failed(errors.rateLimited(3))).details).toMatchObject([{ retryDelay: { seconds: 3n } }]);
  });

  test('of more violations than headers hold are as many as there is room for', () => {
    const violations = Array.from({ length: 50 }, (_, n) => ({
      field: `labels.${'x'.repeat(190)}${n}`,
      description: 'A bad key, and a description that goes on for a while.',
    }));
    const trailers = failed(errors.invalidArgument(violations));
    const size = Object.entries(trailers).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    expect(size).toBeLessThan(7500);
    const [bad] = detailsOf(trailers).details;
    expect(bad).toMatchObject({ $typeName: BadRequestSchema.typeName });
    expect((bad as unknown as { fieldViolations: unknown[] }).fieldViolations.length).toBeGreaterThan(5);
  });
});
