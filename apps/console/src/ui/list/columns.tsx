/** Columns that many tables have. */
import { Button } from '@gravity-ui/uikit';
import { useSearch } from '@tanstack/react-router';
import type { TextKey } from '../../i18n/keys.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { Identifier } from '../text/copy.tsx';
import { visible } from '../text/device-text.ts';
import { Time } from '../text/time.tsx';
import { RowLink } from './row-link.tsx';
import type { Column } from './table.tsx';

interface Named {
  readonly id: string;
  readonly name?: string;
}

export function useColumns() {
  const { t } = useTexts();
  const { folder } = useSearch({ from: '__root__' });
  return {
    /** Leads to the page of the row. `path`: of that page, such as `/devices/`, before the ID. */
    name: (path: string): Column<Named> => ({
      id: 'name',
      title: t('common.name'),
      isWide: true,
      cell: ({ id, name }) => (
        <RowLink path={`${path}${id}`} folder={folder}>
          {visible(name || id)}
        </RowLink>
      ),
    }),
    id: { id: 'id', title: t('common.id'), cell: ({ id }) => <Identifier id={id} /> } as Column<{
      readonly id: string;
    }>,
    created: {
      id: 'created',
      title: t('common.created'),
      cell: ({ createdAt }) => <Time at={createdAt} />,
    } as Column<{ readonly createdAt?: string }>,
    /** When a key is no longer good. */
    ends: {
      id: 'end',
      title: t('access.ends'),
      cell: ({ expiresAt }) => (expiresAt ? <Time at={expiresAt} /> : t('common.never')),
    } as Column<{ readonly expiresAt?: string }>,
    /** A button that deletes the row. `may`: absent for who may do what the screen shows. */
    deletion: <Row,>(choose: (row: Row) => void, may = true): Column<Row> => ({
      id: 'actions',
      title: t('common.actions'),
      isActions: true,
      cell: (row) => (
        <Button
          size="s"
          view="flat-danger"
          disabled={!may}
          title={may ? undefined : t('may.editor')}
          onClick={() => choose(row)}
        >
          {t('common.delete')}
        </Button>
      ),
    }),
    /** A field that is an address, a topic, a name of the protocol: in monospace. */
    code: <Field extends string>(
      field: Field,
      title: TextKey,
      isWide = false,
    ): Column<{ readonly [F in Field]?: string }> => ({
      id: field,
      title: t(title),
      isWide,
      cell: ({ [field]: text }) => <code>{visible(text ?? '')}</code>,
    }),
  };
}
