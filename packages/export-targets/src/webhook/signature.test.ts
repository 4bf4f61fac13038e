import { expect, test } from 'vitest';
import { signatures } from './signature.ts';

/** The example of the libraries of Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks). */
const example = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  body: Buffer.from('{"test": 2432232314}'),
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

test('a request is signed as the libraries of Standard Webhooks sign their example', () => {
  const { secret, id, timestamp, body, signature } = example;
  expect(signatures([secret], id, timestamp, body)).toBe(signature);
});

test('each secret signs, with a space between; another ID, time or body has another signature', () => {
  const { secret, id, timestamp, body, signature } = example;
  const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const both = signatures([other, secret], id, timestamp, body).split(' ');
  expect(both).toEqual([signatures([other], id, timestamp, body), signature]);
  const changed = [
    signatures([secret], `${id}x`, timestamp, body),
    signatures([secret], id, '1614265331', body),
    signatures([secret], id, timestamp, Buffer.from('{"test": 2432232315}')),
  ];
  expect(new Set([signature, both[0], ...changed]).size).toBe(5);
});
