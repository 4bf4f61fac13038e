/** Signing in with a browser: the cookie is all that it has, and it counts for pages of the API's own origin alone. */
import { eventually, sharedInstallation } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { newFolder } from '../support/folders.ts';

const installation = sharedInstallation();
const ofThisPage = { 'sec-fetch-site': 'same-origin', 'x-requested-with': 'iotcore-console' };

/** A browser with one page of the console: it keeps what cookies it gets. */
function browser() {
  const { api } = installation();
  let cookie: string | undefined;
  const call = async (method: string, path: string, body?: unknown, headers = {}) => {
    const sent = { ...ofThisPage, ...(cookie && { cookie }), ...headers };
    const answer = await api.call(method, path, body, { token: null, headers: sent });
    const [set] = answer.headers.getSetCookie();
    if (set) cookie = set.split(';')[0];
    return { ...answer, set };
  };
  const status = async () => (await call('GET', '/ext/v1/session')).status;
  return { call, status, cookie: () => cookie };
}

async function account() {
  const { api } = installation();
  const made = await createAccount(api, { folderId: newFolder(), role: 'viewer' });
  const { secret } = await api.must('POST', `/ext/v1/serviceAccounts/${made.id}/apiKeys`, {});
  return { id: made.id, secret: secret as string };
}

async function signedIn() {
  const { id, secret } = await account();
  const page = browser();
  const answer = await page.call('POST', '/ext/v1/session', { apiKey: secret });
  expect(answer.status).toBe(200);
  return { ...page, id, secret, answer };
}

describe('a session is refused', () => {
  test.each([
    { apiKey: 'iotcore_wrong' },
    { accessToken: 'wrong' },
    { code: 'wrong' },
    { code: 'x'.repeat(43) },
  ])('for %j', async (body) => {
    const page = browser();
    const answer = await page.call('POST', '/ext/v1/session', body);
    expect(answer.body.code).toBe(16);
    expect(answer.set).toBeUndefined();
  });

  test.each([{}, { apiKey: 'a', code: 'b' }])('for %j, which is not one proof', async (body) => {
    expect((await browser().call('POST', '/ext/v1/session', body)).body.code).toBe(3);
  });

  test('to a page of another origin, and to a form', async () => {
    const { secret } = await account();
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'x-requested-with': 'fetch' },
    ]) {
      const answer = await browser().call('POST', '/ext/v1/session', { apiKey: secret }, headers);
      expect(answer.body.code).toBe(9);
      expect(answer.set).toBeUndefined();
    }
  });
});

describe('the cookie of a session', () => {
  test('can be read by no script and is sent by no other site; no answer holds its secret', async () => {
    const { answer, cookie } = await signedIn();
    expect(answer.set).toMatch(/^iotcore-session=[\w-]{43}; .*Path=\/; .*HttpOnly; SameSite=Strict$/);
    expect(JSON.stringify(answer.body)).not.toContain(cookie()?.split('=')[1]);
  });

  test('counts for the own page alone', async () => {
    const page = await signedIn();
    expect(await page.status()).toBe(200);
    const own = { 'sec-fetch-site': 'cross-site' };
    expect((await page.call('GET', '/ext/v1/session', undefined, own)).status).toBe(401);
    const other = { 'x-requested-with': 'other' };
    expect((await page.call('DELETE', '/ext/v1/session', undefined, other)).status).toBe(401);
    expect((await page.call('DELETE', '/ext/v1/session')).status).toBe(200);
  });

  test('gets no token and no sign-in code', async () => {
    const page = await signedIn();
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    for (const [path, body] of [
      ['/ext/v1/accessToken:renew', { expiresAt }],
      ['/ext/v1/signInCodes', {}],
    ] as const) {
      const refused = await page.call('POST', path, body);
      expect(refused.body).toMatchObject({ code: 9, message: expect.stringContaining('browser session') });
    }
    expect(await page.status()).toBe(200);
  });

  test('counts for nothing where another credential is sent', async () => {
    const page = await signedIn();
    const headers = { authorization: 'Bearer wrong' };
    expect((await page.call('GET', '/ext/v1/session', undefined, headers)).status).toBe(401);
  });
});

test('a session says who is signed in, and may do what that account may', async () => {
  const page = await signedIn();
  const { body } = await page.call('GET', '/ext/v1/session');
  expect(body.serviceAccount.id).toBe(page.id);
  expect(body.roleBindings).toMatchObject([{ role: 'viewer' }]);
  expect(Date.parse(body.expiresAt)).toBeGreaterThan(Date.now());
  const { folderId } = body.roleBindings[0];
  expect((await page.call('GET', `/iot-devices/v1/registries?folderId=${folderId}`)).status).toBe(200);
  const refused = await page.call('POST', '/iot-devices/v1/registries', { folderId, name: 'mine' });
  expect(refused.status).toBe(403);
});

describe('a session ends', () => {
  test('when it signs out; another of the account does not', async () => {
    const page = await signedIn();
    const other = browser();
    await other.call('POST', '/ext/v1/session', { apiKey: page.secret });
    const cookie = page.cookie();
    expect((await page.call('DELETE', '/ext/v1/session')).status).toBe(200);
    expect(await page.status()).toBe(401);
    await eventually('the end of its cookie', async () => {
      const answer = await page.call('GET', '/ext/v1/session', undefined, { cookie });
      return answer.status === 401;
    });
    expect(await other.status()).toBe(200);
  });

  test('when the account signs out everywhere', async () => {
    const page = await signedIn();
    const other = browser();
    await other.call('POST', '/ext/v1/session', { apiKey: page.secret });
    const { body } = await page.call('GET', '/ext/v1/sessions');
    expect(body.sessions).toHaveLength(2);
    expect(body.sessions.filter(({ isCurrent }: { isCurrent?: boolean }) => isCurrent)).toHaveLength(1);
    await other.call('DELETE', '/ext/v1/sessions');
    await eventually('its end', async () => (await page.status()) === 401);
  });

  test('when the API key is revoked that opened it, and when the account is deleted', async () => {
    const { api } = installation();
    const page = await signedIn();
    const keys = `/ext/v1/serviceAccounts/${page.id}/apiKeys`;
    const { apiKeys } = await api.must('GET', keys);
    for (const { id } of apiKeys) await api.must('DELETE', `${keys}/${id}`);
    await eventually('the end with the key', async () => (await page.status()) === 401);

    const second = await signedIn();
    await api.must('DELETE', `/ext/v1/serviceAccounts/${second.id}`);
    await eventually('the end with the account', async () => (await second.status()) === 401);
  });
});

describe('the code of a link', () => {
  async function newCode(): Promise<string> {
    return (await installation().api.must('POST', '/ext/v1/signInCodes', {})).signInCode;
  }

  async function codeBy(authorization: string): Promise<string> {
    const options = { token: null, headers: { authorization } };
    const answer = await installation().api.call('POST', '/ext/v1/signInCodes', {}, options);
    expect(answer.status).toBe(200);
    return answer.body.signInCode;
  }

  async function signInBy(code: string) {
    const page = browser();
    return { ...page, answer: await page.call('POST', '/ext/v1/session', { code }) };
  }

  test('ends with the API key of whoever made it, and so does its session', async () => {
    const { api } = installation();
    const { id, secret } = await account();
    const unused = await codeBy(`Api-Key ${secret}`);
    const page = await signInBy(await codeBy(`Api-Key ${secret}`));
    expect(page.answer.status).toBe(200);
    const keys = `/ext/v1/serviceAccounts/${id}/apiKeys`;
    const { apiKeys } = await api.must('GET', keys);
    for (const { id: keyId } of apiKeys) await api.must('DELETE', `${keys}/${keyId}`);
    await eventually('the end of its session', async () => (await page.status()) === 401);
    expect((await signInBy(unused)).answer.status).toBe(401);
  });

  test('opens a session that ends with the token that made it, and is not good once all tokens were ended', async () => {
    const { api } = installation();
    const { secret } = await account();
    const body = { yandexPassportOauthToken: secret };
    const exchanged = await api.must('POST', '/iam/v1/tokens', body);
    const expiresAt = new Date(Date.now() + 600_000).toISOString();
    const renew = (token: string) => api.call('POST', '/ext/v1/accessToken:renew', { expiresAt }, { token });
    const renewed = (await renew(exchanged.iamToken)).body;
    const page = await signInBy(await codeBy(`Bearer ${renewed.iamToken}`));
    expect(page.answer.body.expiresAt).toBe(renewed.expiresAt);
    const unused = await codeBy(`Bearer ${renewed.iamToken}`);
    expect((await renew(renewed.iamToken)).status).toBe(200);
    expect((await signInBy(unused)).answer.status).toBe(401);
    await eventually('the end of its session', async () => (await page.status()) === 401);
  });

  test('is not good once the account has signed out everywhere', async () => {
    const page = await signedIn();
    const code = await codeBy(`Api-Key ${page.secret}`);
    expect((await page.call('DELETE', '/ext/v1/sessions')).status).toBe(200);
    expect((await signInBy(code)).answer.status).toBe(401);
  });

  test('goes, the oldest first, when the account makes an eleventh', async () => {
    const { secret } = await account();
    const codes: string[] = [];
    for (let made = 0; made < 11; made += 1) codes.push(await codeBy(`Api-Key ${secret}`));
    const [first = '', second = ''] = codes;
    expect((await signInBy(first)).answer.status).toBe(401);
    expect((await signInBy(second)).answer.status).toBe(200);
  });

  test('says as whom it would sign in, signs in once, and is written down nowhere', async () => {
    const code = await newCode();
    const page = browser();
    const { body } = await page.call('POST', '/ext/v1/signInCodes:check', { code });
    expect(body.serviceAccount.name).toBe('admin');
    expect(await page.status()).toBe(401);
    expect((await page.call('POST', '/ext/v1/session', { code })).status).toBe(200);
    expect(await page.status()).toBe(200);
    const second = browser();
    expect((await second.call('POST', '/ext/v1/session', { code })).body.code).toBe(16);
    const events = await installation().api.must('GET', '/ext/v1/auditEvents');
    expect(JSON.stringify(events)).not.toContain(code);
  });

  test('signs one of two in that come at once', async () => {
    const code = await newCode();
    const answers = await Promise.all(
      [browser(), browser()].map((page) => page.call('POST', '/ext/v1/session', { code })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  });
});

test('an account is signed in 100 times at most: the oldest session ends for a new one', async () => {
  const oldest = await signedIn();
  const next = browser();
  await next.call('POST', '/ext/v1/session', { apiKey: oldest.secret });
  for (let opened = 2; opened < 101; opened += 1) {
    expect((await browser().call('POST', '/ext/v1/session', { apiKey: oldest.secret })).status).toBe(200);
  }
  await eventually('the end of the oldest', async () => (await oldest.status()) === 401);
  const { body } = await next.call('GET', '/ext/v1/sessions');
  expect(body.sessions).toHaveLength(100);
});

test('the audit trail tells who signed in, and out', async () => {
  const { api } = installation();
  const page = await signedIn();
  await page.call('DELETE', '/ext/v1/session');
  const { auditEvents } = await api.must('GET', `/ext/v1/auditEvents?callerId=${page.id}`);
  expect(auditEvents.map(({ eventType }: { eventType: string }) => eventType)).toEqual([
    'iam.DeleteBrowserSession',
    'iam.OpenBrowserSession',
  ]);
});
