import { listNodes } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';

const refreshMs = 5000;

/** The processes of the installation; `may`: view every folder, without which nothing is asked. */
export function useNodes(may = true) {
  return useQuery({
    queryKey: ['nodes'],
    queryFn: () => ask(listNodes({ client })),
    refetchInterval: refreshMs,
    enabled: may,
  });
}
