import { describe, expect, test } from 'vitest';
import { oldServiceAudience, TokenAudiences } from './token-audiences.ts';

const audiences = new TokenAudiences({
  exact: [oldServiceAudience],
  ownNames: () => ['iot.example.com', 'localhost', '127.0.0.1', '*.plant.example'],
});

describe('an audience is refused', () => {
  test.each<[string | readonly string[] | undefined]>([
    [undefined],
    [''],
    [[]],
    [['https://example.com']],
    ['https://iam.api.cloud.yandex.net/iam/v1/tokens/'],
    ['http://localhost/iam/v1/tokens'],
    ['https://iot.example.com.evil.org/iam/v1/tokens'],
    ['https://evil.org/iam/v1/tokens'],
    ['https://user@iot.example.com/iam/v1/tokens'],
    ['https://iot.example.com/iam/v1/token'],
    ['https://iot.example.com:443:443/iam/v1/tokens'],
    ['https://plant.example/iam/v1/tokens'],
    ['https://a.b.c.plant.example/iam/v1/tokens'],
  ])('%j', (audience) => {
    expect(audiences.accept(audience)).toBe(false);
  });
});

test.each<[string | readonly string[]]>([
  [oldServiceAudience],
  [[oldServiceAudience]],
  [['https://example.com', oldServiceAudience]],
  ['https://iam.iot.example.com:8443/iam/v1/tokens'],
  ['https://iam.localhost:8443/iam/v1/tokens'],
  ['https://iam.127.0.0.1:8443/iam/v1/tokens'],
  ['https://IOT.example.com/iam/v1/tokens'],
  ['https://hall7.plant.example/iam/v1/tokens'],
])('%j is accepted', (audience) => {
  expect(audiences.accept(audience)).toBe(true);
});
