/** What a registry or broker does now, in a list of them. */
import { readMetrics } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { ask, client } from '../../api/client.ts';
import { useTexts } from '../../i18n/texts.tsx';
import type { Column } from '../../ui/list/table.tsx';

type Scope = 'REGISTRY' | 'BROKER';

const stepSeconds = 60;
/** A registry or broker whose connections have not changed is reported once an hour. */
const lookBackMs = 70 * 60_000;
/** A point that is older says nothing of now. */
const recentMs = 3 * 60_000;
const refreshMs = 60_000;

/** Undefined: it is not known yet, or it has done nothing for long. */
function useActivity(scope: Scope, id: string) {
  const { data } = useQuery({
    queryKey: ['activity', scope, id],
    queryFn: async () => {
      const now = Date.now();
      const from = new Date(now - lookBackMs).toISOString();
      const { points } = await ask(readMetrics({ client, query: { scope, id, from, step: stepSeconds } }));
      const last = points.at(-1);
      const isRecent = last !== undefined && now - Date.parse(last.at) < recentMs;
      const received = (isRecent && last.figures['messagesReceived']) || 0;
      return { connections: last?.figures['connections'] ?? 0, perSecond: received / stepSeconds };
    },
    refetchInterval: refreshMs,
    staleTime: refreshMs,
  });
  return data;
}

function Figure({ scope, id, name }: { scope: Scope; id: string; name: 'connections' | 'perSecond' }) {
  const { language } = useTexts();
  const value = useActivity(scope, id)?.[name];
  return value !== undefined && new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value);
}

export function useActivityColumns(scope: Scope): readonly Column<{ readonly id: string }>[] {
  const { t } = useTexts();
  return [
    {
      id: 'connections',
      title: t('overview.connected'),
      isNumber: true,
      cell: ({ id }) => <Figure scope={scope} id={id} name="connections" />,
    },
    {
      id: 'messages',
      title: t('overview.received'),
      isNumber: true,
      cell: ({ id }) => <Figure scope={scope} id={id} name="perSecond" />,
    },
  ];
}
