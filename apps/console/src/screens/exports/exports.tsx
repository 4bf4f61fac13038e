import type { Export } from '@iotcore/sdk';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useFolder } from '../../app/folder.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { How } from '../../ui/layout/how.tsx';
import { Page } from '../../ui/layout/page.tsx';
import { ChoiceFilter } from '../../ui/list/choice-filter.tsx';
import { List } from '../../ui/list/list.tsx';
import { CreateButton } from '../resources/create-button.tsx';
import { useExportColumns } from './columns.tsx';
import { ExportForm } from './export-form.tsx';
import { listInConditions, listWithState } from './list-exports.ts';

const refreshMs = 10_000;
/** What wants to be looked at comes first. */
const conditions = ['MISCONFIGURED', 'FULL', 'RETRYING', 'DELIVERING', 'PAUSED', 'IDLE'] as const;

export function Exports() {
  const { t } = useTexts();
  const columns = useExportColumns();
  const folderId = useFolder();
  const { page, state } = useSearch({ from: '__root__' });
  const chosen = conditions.find((one) => one === state);
  const query = useQuery({
    queryKey: ['exports', folderId, chosen, page],
    queryFn: async () => {
      if (chosen) return listInConditions(folderId, [chosen]);
      const found = await listWithState({ folderId }, page);
      return { ...found, exports: byCondition(found.exports) };
    },
    refetchInterval: refreshMs,
  });
  return (
    <Page
      title={t('nav.exports')}
      actions={
        <CreateButton
          title={t('exports.create')}
          needs="admin"
          dialog={(close) => <ExportForm onClose={close} />}
        />
      }
    >
      <div className="filters">
        <ChoiceFilter
          name="state"
          label={t('common.status')}
          value={chosen}
          options={conditions}
          nameOf={(one) => t(`condition.${one}`)}
        />
      </div>
      <List
        caption={t('nav.exports')}
        query={query}
        rows="exports"
        rowKey={({ id }) => id}
        empty={<p>{t(chosen ? 'exports.noneLike' : 'exports.empty')}</p>}
        columns={[
          columns.name,
          columns.id,
          columns.target,
          columns.state,
          columns.lag,
          columns.dead,
          columns.success,
        ]}
        isPaged
        isLive
      />
      <How path={`/ext/v1/exports?folderId=${folderId}`} cli={`export list --folder-id ${folderId}`} />
    </Page>
  );
}

function byCondition(exports: readonly Export[]): Export[] {
  const rank = ({ state }: Export) => (state ? conditions.indexOf(state.state) : conditions.length);
  return exports.toSorted((one, other) => rank(one) - rank(other));
}
