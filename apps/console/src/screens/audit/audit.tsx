import { TextInput } from '@gravity-ui/uikit';
import { type AuditEvent, listAuditEvents } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, client } from '../../api/client.ts';
import { useFolder } from '../../app/folder.ts';
import type { Search } from '../../app/top-bar/search.ts';
import { titleOf } from '../../i18n/refusals/titles.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { isTime as isTimeText, timeForApi } from '../../ui/forms/local-time.ts';
import { TimeInput } from '../../ui/forms/time-input.tsx';
import { Facts } from '../../ui/layout/facts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { LinkButton } from '../../ui/layout/link-button.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { Status } from '../../ui/layout/status.tsx';
import { List } from '../../ui/list/list.tsx';
import { useOpenRow } from '../../ui/list/use-open-row.ts';
import { CodeBlock, CopyButton, Identifier } from '../../ui/text/copy.tsx';
import { visible } from '../../ui/text/device-text.ts';
import { JsonTree } from '../../ui/text/json-tree.tsx';
import { ExactTime } from '../../ui/text/time.tsx';

/** Of the ID of a request, which the button copies whole. */
const shownCharacters = 8;

/** Who changed what, also what was refused. */
export function Audit() {
  const { t } = useTexts();
  const folderId = useFolder();
  const { page, caller, event, resource, since, until } = useSearch({ from: '__root__' });
  const [open, choose] = useOpenRow();
  const query = useQuery({
    queryKey: ['audit', folderId, page, caller, event, resource, since, until],
    queryFn: () =>
      ask(
        listAuditEvents({
          client,
          query: {
            folderId,
            callerId: caller,
            eventType: event,
            resourceId: resource,
            since: since && timeForApi(since),
            until: until && timeForApi(until),
            pageSize: 100,
            pageToken: page,
          },
        }),
      ),
  });
  const shown = query.data?.auditEvents.find(({ id }) => id === open);
  return (
    <Page title={t('nav.audit')}>
      <div className="filters">
        <Filter name="event" label={t('audit.what')} />
        <Filter name="caller" label={t('audit.who')} />
        <Filter name="resource" label={t('audit.resource')} />
        <Filter name="since" label={t('audit.since')} isTime />
        <Filter name="until" label={t('audit.until')} isTime />
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
            cell: ({ id, requestId }) => (
              <span className="identifier">
                <LinkButton isOpen={open === id} label={requestId} onClick={() => choose(id)}>
                  <code>{requestId.slice(0, shownCharacters)}</code>
                </LinkButton>
                <CopyButton text={requestId} what={requestId} />
              </span>
            ),
          },
        ]}
        isPaged
      />
      {shown && <Opened event={shown} />}
      <How path={`/ext/v1/auditEvents?folderId=${folderId}`} cli={`audit list --folder-id ${folderId}`} />
    </Page>
  );
}

/** All that is known of a call. */
function Opened({ event }: { event: AuditEvent }) {
  const { t } = useTexts();
  const { requestId, userAgent, details } = event;
  const why = titleOf(event.code);
  return (
    <section aria-label={requestId}>
      <h2>{event.eventType}</h2>
      <Facts
        facts={[
          [t('failure.request'), <Identifier key="request" id={requestId} />],
          [t('common.time'), <ExactTime key="at" at={event.at} />],
          [t('audit.who'), event.callerId],
          [t('audit.resource'), event.resourceId],
          [t('common.address'), event.remoteIp],
          [t('audit.program'), userAgent],
          [
            t('common.status'),
            event.code === 0
              ? t('audit.done')
              : [t('audit.refused', { code: event.code }), why && t(why)].join(' · '),
          ],
        ]}
      />
      {details && (
        <CodeBlock text={JSON.stringify(details, null, 2)} what={t('audit.details')}>
          <JsonTree value={details} />
        </CodeBlock>
      )}
    </section>
  );
}

interface FilterProps {
  readonly name: 'event' | 'caller' | 'resource' | 'since' | 'until';
  readonly label: string;
  /** Of this zone. */
  readonly isTime?: boolean;
}

function Filter({ name, label, isTime = false }: FilterProps) {
  const search = useSearch({ from: '__root__' });
  const navigate = useNavigate();
  const [value, setValue] = useState(search[name] ?? '');
  const apply = () => {
    const wanted = value.trim();
    // The field says itself that this is no time.
    if (isTime && wanted !== '' && !isTimeText(wanted)) return;
    void navigate({
      to: '.',
      search: (before: Search) => ({ ...before, page: undefined, [name]: wanted || undefined }),
    });
  };
  const shared = {
    ...{ label, value, onUpdate: setValue, onBlur: apply },
    onKeyDown: ({ key }: { key: string }) => key === 'Enter' && apply(),
  };
  return isTime ? <TimeInput {...shared} /> : <TextInput {...shared} hasClear />;
}
