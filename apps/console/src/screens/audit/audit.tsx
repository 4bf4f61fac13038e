import { TextInput } from '@gravity-ui/uikit';
import { listAuditEvents } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import type { Search } from '../../app/top-bar/search.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { Status } from '../../ui/layout/status.tsx';
import { List } from '../../ui/list/list.tsx';
import { Identifier } from '../../ui/text/copy.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { ExactTime } from '../../ui/text/time.tsx';

/** Of the ID of a request, which the button copies whole. */
const shownCharacters = 8;

/** Who changed what, also what was refused. */
export function Audit() {
  const { t } = useTexts();
  const folderId = useFolder();
  const { page, caller, event, resource } = useSearch({ from: '__root__' });
  const query = useQuery({
    queryKey: ['audit', folderId, page, caller, event, resource],
    queryFn: () =>
      ask(
        listAuditEvents({
          client,
          query: {
            folderId,
            callerId: caller,
            eventType: event,
            resourceId: resource,
            pageSize: 100,
            pageToken: page,
          },
        }),
      ),
  });
  return (
    <Page title={t('nav.audit')}>
      <div className="filters">
        <Filter name="event" label={t('audit.what')} />
        <Filter name="caller" label={t('audit.who')} />
        <Filter name="resource" label={t('audit.resource')} />
      </div>
      <List
        caption={t('nav.audit')}
        query={query}
        rows="auditEvents"
        rowKey={({ id }) => id}
        empty={<p>{t('audit.empty')}</p>}
        columns={[
          { id: 'at', title: t('common.time'), cell: ({ at }) => <ExactTime at={at} /> },
          {
            id: 'what',
            title: t('audit.what'),
            isWide: true,
            cell: ({ eventType, code }) => (
              <>
                {eventType} {code !== 0 && <Status tone="danger">{t('audit.refused', { code })}</Status>}
              </>
            ),
          },
          {
            id: 'who',
            title: t('audit.who'),
            cell: ({ callerId }) => callerId && <Identifier id={callerId} />,
          },
          {
            id: 'resource',
            title: t('audit.resource'),
            cell: ({ resourceId }) => resourceId && <Identifier id={resourceId} />,
          },
          {
            id: 'from',
            title: t('common.address'),
            cell: ({ remoteIp, userAgent = '' }) => <span title={visible(userAgent)}>{remoteIp}</span>,
          },
          {
            id: 'request',
            title: t('failure.request'),
            cell: ({ requestId }) => (
              <Identifier id={requestId} shown={requestId.slice(0, shownCharacters)} />
            ),
          },
        ]}
        isPaged
      />
      <How path={`/ext/v1/auditEvents?folderId=${folderId}`} cli={`audit list --folder-id ${folderId}`} />
    </Page>
  );
}

function Filter({ name, label }: { name: 'event' | 'caller' | 'resource'; label: string }) {
  const search = useSearch({ from: '__root__' });
  const navigate = useNavigate();
  const [value, setValue] = useState(search[name] ?? '');
  const apply = () =>
    void navigate({
      to: '.',
      search: (before: Search) => ({ ...before, page: undefined, [name]: value.trim() || undefined }),
    });
  return (
    <TextInput
      label={label}
      value={value}
      onUpdate={setValue}
      onBlur={apply}
      onKeyDown={({ key }) => key === 'Enter' && apply()}
      hasClear
    />
  );
}
