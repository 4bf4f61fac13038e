import { connectRaw } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { plainConnect, readCases } from '../codec/cases/cases.ts';
import { engineUnderTest } from './testing/engine-under-test.ts';
import { startServer } from './testing/server.ts';

const { name, create } = engineUnderTest;

const accepted = '20020000';
const pingreq = Buffer.from('c000', 'hex');
const pingresp = 'd000';

const cases = readCases();

/**
 * The conformance cases of the codec, over real sockets. A client that is disconnected must not have harmed others: after
 * each case, another client is served.
 */
describe(`${name}, byte by byte:`, () => {
  describe.each([...new Set(cases.map(({ file }) => file))])('%s', (file) => {
    test.each(cases.filter((one) => one.file === file))(
      '$title',
      async ({ bytes, reply, closes, isFresh }) => {
        const { port } = await startServer(create, onTestFinished);
        const client = await connectRaw({ port });
        if (!isFresh) {
          client.send(plainConnect);
          await client.expectBytes(accepted);
        }
        client.send(bytes);
        await client.expectBytes(reply);
        if (closes) {
          await client.expectClose();
        } else {
          // Whatever else was going to come would come before this.
          client.send(pingreq);
          await client.expectBytes(pingresp);
        }

        const other = await connectRaw({ port });
        other.send(Buffer.concat([plainConnect, pingreq]));
        await other.expectBytes(accepted + pingresp);
      },
    );

    test('does the same when the bytes come one by one', async () => {
      const { port } = await startServer(create, onTestFinished);
      const short = cases.filter((one) => one.file === file && one.bytes.length < 200);
      expect(short.length).toBeGreaterThan(0);
      for (const { title, bytes, reply, closes, isFresh } of short) {
        const client = await connectRaw({ port });
        client.socket.setNoDelay(true);
        const all = isFresh ? bytes : Buffer.concat([plainConnect, bytes]);
        for (const byte of all) {
          client.send(Buffer.from([byte]));
          // Lets the server read what is there, so that the pieces stay separate.
          await new Promise((resolve) => setImmediate(resolve));
        }
        const expected = isFresh ? reply : Buffer.concat([Buffer.from(accepted, 'hex'), reply]);
        expect((await client.read(expected.length)).toString('hex'), title).toBe(expected.toString('hex'));
        if (closes) await client.expectClose();
        client.close();
      }
    });
  });
});
