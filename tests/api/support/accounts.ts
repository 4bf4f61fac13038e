import type { ApiAnswer, ApiClient, CallOptions, EventStream } from '@iotcore/testkit';

export interface Role {
  readonly folderId: string;
  readonly role: string;
}

/** A service account with an API key, which calls as itself. */
export interface Account {
  readonly id: string;
  readonly apiKeyId: string;
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<ApiAnswer>;
  watch(path: string): Promise<EventStream>;
}

let count = 0;

/** A new service account in a folder of its own, with these roles. */
export async function createAccount(api: ApiClient, ...roles: readonly Role[]): Promise<Account> {
  count += 1;
  const body = { folderId: `accounts-${process.pid}`, name: `account-${count}-${Date.now()}` };
  const { response } = await api.must('POST', '/ext/v1/serviceAccounts', body);
  const path = `/ext/v1/serviceAccounts/${response.id}`;
  for (const role of roles) await api.must('POST', `${path}/roleBindings`, role);
  const { secret, apiKey } = await api.must('POST', `${path}/apiKeys`, {});
  return {
    id: response.id,
    apiKeyId: apiKey.id,
    watch: (url) => api.watch(url, `Api-Key ${secret}`),
    call: (method, url, content, options = {}) =>
      api.call(method, url, content, {
        ...options,
        token: null,
        headers: { authorization: `Api-Key ${secret}`, ...options.headers },
      }),
  };
}
