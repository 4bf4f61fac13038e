import { Button } from '@gravity-ui/uikit';
import { type Broker, deleteBroker, getBroker } from '@iotcore/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useMay } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Identifier } from '../../ui/copy.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Page } from '../../ui/page.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Time } from '../../ui/time.tsx';
import { Live } from '../live/live.tsx';
import { ConnectCommands } from '../resources/connect-commands.tsx';
import { Credentials } from '../resources/credentials.tsx';
import { Log } from '../resources/log.tsx';
import { Operations } from '../resources/operations.tsx';
import { Sessions } from '../resources/sessions.tsx';
import { BrokerForm } from './broker-form.tsx';

export function BrokerPage() {
  const { brokerId } = useParams({ from: '/brokers/$brokerId' });
  const query = useQuery({
    queryKey: ['broker', brokerId],
    queryFn: () => ask(getBroker({ client, path: { brokerId } })),
  });
  return <QueryView query={query}>{(broker) => <Shown broker={broker} />}</QueryView>;
}

function Shown({ broker }: { broker: Broker }) {
  const { t } = useTexts();
  const { id, folderId, name } = broker;
  const owner = { kind: 'broker', id, folderId } as const;
  const summary = () => (
    <>
      <Facts
        facts={[
          [t('common.id'), <Identifier key="id" id={id} />],
          [t('common.description'), broker.description],
          [t('common.created'), <Time key="created" at={broker.createdAt} />],
        ]}
      />
      <Sessions owner={owner} />
      <ConnectCommands owner={owner} />
    </>
  );
  return (
    <Page
      title={name || id}
      above={
        <Link to="/brokers" search={{ folder: folderId }}>
          {t('nav.brokers')}
        </Link>
      }
      actions={<Actions broker={broker} />}
    >
      <Tabs
        label={name || id}
        items={[
          { id: 'summary', title: t('tabs.summary'), content: summary },
          { id: 'credentials', title: t('tabs.credentials'), content: () => <Credentials owner={owner} /> },
          { id: 'live', title: t('tabs.live'), content: () => <Live owner={owner} /> },
          { id: 'log', title: t('tabs.log'), content: () => <Log owner={owner} /> },
          { id: 'operations', title: t('tabs.operations'), content: () => <Operations owner={owner} /> },
        ]}
      />
    </Page>
  );
}

function Actions({ broker }: { broker: Broker }) {
  const { t } = useTexts();
  const may = useMay('editor', broker.folderId);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<'edit' | 'delete'>();
  const close = () => setOpen(undefined);
  const title = may ? undefined : t('may.editor');
  return (
    <>
      <Button disabled={!may} title={title} onClick={() => setOpen('edit')}>
        {t('common.edit')}
      </Button>
      <Button view="outlined-danger" disabled={!may} title={title} onClick={() => setOpen('delete')}>
        {t('common.delete')}
      </Button>
      {open === 'edit' && <BrokerForm broker={broker} onClose={close} />}
      {open === 'delete' && (
        <ConfirmDialog
          title={t('common.delete')}
          apply={t('common.delete')}
          typed={broker.name || broker.id}
          run={async () => {
            await ask(deleteBroker({ client, path: { brokerId: broker.id } }));
            await navigate({ to: '/brokers' });
            await queryClient.invalidateQueries();
          }}
          onClose={close}
        >
          <p>{t('brokers.deleteEnds')}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
