import type { ReactNode } from 'react';
import { shownText } from '../text/device-text.ts';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Right-aligned, in tabular figures. */
  readonly isNumber?: boolean;
  /** Takes what room is left. */
  readonly isWide?: boolean;
  /** The others get no more than they need. */
  readonly isWidest?: boolean;
  /** Buttons: the title is for screen readers. */
  readonly isActions?: boolean;
}

export interface TableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** What belongs here, and how to make the first. */
  readonly empty: ReactNode;
  /** Of less weight, such as what is switched off. */
  readonly isLow?: (row: Row) => boolean;
}

export function Table<Row>({ caption, columns, rows, rowKey, empty, isLow }: TableProps<Row>) {
  if (rows.length === 0) return <div className="empty">{empty}</div>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="table-box" tabIndex={0} aria-label={caption}>
      <table className="table">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" className={classOf(column)}>
                {column.isActions ? <span className="hidden">{column.title}</span> : column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className={isLow?.(row) ? 'table__low' : undefined}>
              {columns.map((column) => (
                <td key={column.id} className={classOf(column)}>
                  {shownText(column.cell(row))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function classOf({ isNumber, isWide, isWidest, isActions }: Column<never>): string {
  const names = { number: isNumber, wide: isWide || isWidest, widest: isWidest, actions: isActions };
  return Object.entries(names)
    .flatMap(([name, isSo]) => (isSo ? `table__${name}` : []))
    .join(' ');
}
