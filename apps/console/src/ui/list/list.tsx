import { Button } from '@gravity-ui/uikit';
import type { UseQueryResult } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useTexts } from '../../i18n/texts.tsx';
import { QueryView } from '../layout/query-view.tsx';
import { Pager } from './pager.tsx';
import { Table, type TableProps } from './table.tsx';
import { useSettled } from './use-settled.ts';

/** What a list of an answer holds. */
export type RowOf<Data, Key extends keyof Data> = Data[Key] extends readonly (infer Row)[] ? Row : never;

export interface ListProps<Data, Key extends keyof Data> extends Omit<TableProps<RowOf<Data, Key>>, 'rows'> {
  readonly query: UseQueryResult<Data>;
  /** As the answer names them. */
  readonly rows: Key;
  /** It has pages, whose token stands in the address. */
  readonly isPaged?: boolean;
  /** It is asked for again and again: new rows wait until they are wanted, so that nothing moves under who reads. */
  readonly isLive?: boolean;
  /** Then they do not wait. */
  readonly isFollowed?: boolean;
  /** Rows that came since the answer, newest first. */
  readonly newer?: readonly RowOf<Data, Key>[];
}

interface PageTokens {
  readonly nextPageToken?: string;
  readonly previousPageToken?: string;
}

/** The rows that a call answers, as a table. */
export function List<Data, Key extends keyof Data>(props: ListProps<Data, Key>) {
  const { query, rows: key, isPaged, isLive, isFollowed = false, newer = [], ...table } = props;
  return (
    <QueryView query={query}>
      {(data) => {
        const rows = [...newer, ...(data[key] as readonly RowOf<Data, Key>[])];
        return (
          <>
            {isLive ? (
              <LiveTable
                {...table}
                rows={rows}
                isFollowed={isFollowed}
                isPlaceholder={query.isPlaceholderData}
              />
            ) : (
              <Table {...table} rows={rows} />
            )}
            {isPaged && <Pager {...(data as PageTokens)} />}
          </>
        );
      }}
    </QueryView>
  );
}

interface LiveProps<Row> extends TableProps<Row> {
  readonly isFollowed: boolean;
  readonly isPlaceholder: boolean;
}

function LiveTable<Row>({ isFollowed, isPlaceholder, ...table }: LiveProps<Row>) {
  const { t } = useTexts();
  const { searchStr } = useLocation();
  const { shown, waiting, showAll } = useSettled(
    table.rows,
    table.rowKey,
    `${searchStr} ${isPlaceholder}`,
    isFollowed,
  );
  return (
    <>
      <div aria-live="polite" className="list__new">
        {waiting > 0 && (
          <Button view="outlined-info" size="s" onClick={showAll}>
            {t('list.new', { count: waiting })}
          </Button>
        )}
      </div>
      <Table {...table} rows={shown} />
    </>
  );
}
