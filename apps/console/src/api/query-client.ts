import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { toFailure } from './failure.ts';

const firstWaitMs = 500;
const longestWaitMs = 5000;

/** What is away is asked for until it is back; a refusal is an answer, and is shown. */
export function createQueryClient(signedOut: () => void): QueryClient {
  const look = (error: unknown) => {
    if (toFailure(error).isSignedOut) signedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError: look }),
    mutationCache: new MutationCache({ onError: look }),
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: 2000,
        retry: (_, error) => toFailure(error).isTransient,
        retryDelay: (tries) => Math.min(firstWaitMs * 2 ** tries, longestWaitMs),
      },
      mutations: { networkMode: 'always' },
    },
  });
}
