import { getInstallation } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../../api/client.ts';
import type { Server } from './commands.ts';

/** What is usual, until it is known. */
const usualPort = 8883;

/** How clients reach MQTT over TLS: by the name of this page, if the certificate has it. */
export function useServer(): Server {
  const { data } = useQuery({
    queryKey: ['installation'],
    queryFn: () => ask(getInstallation({ client })),
    staleTime: 60_000,
  });
  const { listeners, tlsNames = [], caCertificate: ca } = data ?? {};
  const here = location.hostname;
  const host = tlsNames.includes(here) ? here : (tlsNames[0] ?? here);
  const address = listeners?.['mqtts'];
  const port = Number((address && new URL(address).port) || usualPort);
  return { host, port, ca };
}
