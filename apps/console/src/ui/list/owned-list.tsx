import { Button } from '@gravity-ui/uikit';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTexts } from '../../i18n/texts.tsx';
import { ConfirmDialog } from '../forms/confirm-dialog.tsx';
import { useColumns } from './columns.tsx';
import { List, type RowOf } from './list.tsx';
import type { Column } from './table.tsx';

interface Props<Data, Key extends keyof Data, Row = RowOf<Data, Key>> {
  readonly title: string;
  readonly query: UseQueryResult<Data>;
  /** As the answer names them. */
  readonly rows: Key;
  readonly rowKey: (row: Row) => string;
  readonly columns: readonly Column<Row>[];
  readonly empty: string;
  readonly may: boolean;
  readonly addTitle: string;
  /** The dialog that adds one. */
  readonly addDialog: (close: () => void) => ReactNode;
  readonly remove: (row: Row) => Promise<unknown>;
  readonly removeTitle: string;
  /** What ends with a row. */
  readonly removeEnds: ReactNode | ((row: Row) => ReactNode);
  /** Stands between title and rows. */
  readonly children?: ReactNode;
}

/** What belongs to one thing, such as the keys of an account: a list to add to, and to delete from. */
export function OwnedList<Data, Key extends keyof Data>(props: Props<Data, Key>) {
  type Row = RowOf<Data, Key>;
  const { title, query, rows, rowKey, columns, empty, may, addTitle, addDialog, remove } = props;
  const { t } = useTexts();
  const { deletion } = useColumns();
  const [open, setOpen] = useState<'add' | { readonly row: Row }>();
  const close = () => {
    setOpen(undefined);
    void query.refetch();
  };
  return (
    <>
      <div className="section-head">
        <h2>{title}</h2>
        <Button disabled={!may} title={may ? undefined : t('may.editor')} onClick={() => setOpen('add')}>
          {addTitle}
        </Button>
      </div>
      {props.children}
      <List
        caption={title}
        query={query}
        rows={rows}
        rowKey={rowKey}
        empty={<p>{empty}</p>}
        columns={[...columns, deletion<Row>((row) => setOpen({ row }), may)]}
      />
      {open === 'add' && addDialog(close)}
      {typeof open === 'object' && (
        <ConfirmDialog
          title={props.removeTitle}
          apply={t('common.delete')}
          run={() => remove(open.row)}
          onClose={close}
        >
          {typeof props.removeEnds === 'function' ? props.removeEnds(open.row) : <p>{props.removeEnds}</p>}
        </ConfirmDialog>
      )}
    </>
  );
}
