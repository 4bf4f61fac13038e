import { Button } from '@gravity-ui/uikit';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState } from 'react';
import { useTexts } from '../../i18n/texts.tsx';
import { asText, decodeBase64, visible } from '../../ui/text/device-text.ts';
import { Payload } from '../../ui/text/payload.tsx';
import { ExactTime } from '../../ui/text/time.tsx';
import type { LiveRow } from './use-watch.ts';

const rowPixels = 30;
const beyondView = 10;
const shownCharacters = 200;

/** New rows stand on top; while one is open, or the newest are out of view, they wait behind a button that counts them. */
export function LiveRows({ rows: all, empty }: { rows: readonly LiveRow[]; empty: string }) {
  const { t } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<LiveRow>();
  const [held, setHeld] = useState<readonly LiveRow[]>();
  const rows = held ?? all;
  const newest = held?.[0]?.key ?? -1;
  const waiting = held ? all.findIndex(({ key }) => key <= newest) : 0;
  const hold = () => setHeld((before) => before ?? [...all]);
  const release = () => {
    setOpen(undefined);
    setHeld(undefined);
    box.current?.scrollTo({ top: 0 });
  };
  const read = (row: LiveRow) => {
    setOpen(row);
    hold();
  };
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowPixels,
    overscan: beyondView,
    getItemKey: (at) => rows[at]?.key ?? at,
  });
  if (rows.length === 0) return <div className="empty">{empty}</div>;
  return (
    <div className="live">
      <div aria-live="polite" className="live__new">
        {waiting !== 0 && (
          <Button view="outlined-info" size="s" onClick={release}>
            {t('list.new', { count: waiting < 0 ? all.length : waiting })}
          </Button>
        )}
      </div>
      <section
        ref={box}
        className="live__rows"
        aria-label={t('tabs.live')}
        onScroll={({ currentTarget }) => {
          if (currentTarget.scrollTop > 0) hold();
          else if (!open) release();
        }}
      >
        <ul style={{ blockSize: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ key, index, start }) => {
            const row = rows[index];
            return (
              row && (
                <li key={key} style={{ transform: `translateY(${start}px)` }}>
                  <button type="button" aria-expanded={open?.key === row.key} onClick={() => read(row)}>
                    <Line row={row} />
                  </button>
                </li>
              )
            );
          })}
        </ul>
      </section>
      {open?.kind === 'message' && (
        <section className="live__open" aria-label={t('live.message')}>
          <p>
            <code>{visible(open.message.topic)}</code> · QoS {open.message.qos} ·{' '}
            {t('live.bytes', { count: open.message.size })}
          </p>
          {open.message.payload === undefined ? (
            <p>{t('live.noPayload')}</p>
          ) : (
            <Payload data={open.message.payload} size={open.message.size} />
          )}
        </section>
      )}
    </div>
  );
}

function Line({ row }: { row: LiveRow }) {
  const { t, why } = useTexts();
  if (row.kind === 'refused') {
    const { at, reason, clientId } = row.refusal;
    const { name, rule } = why(reason, row.refusal.rule);
    return (
      <span className="live__line live__line_refused">
        <ExactTime at={at} />
        <b>{name}</b>
        <span className="live__text">
          {rule} {clientId && visible(clientId)}
        </span>
      </span>
    );
  }
  const { at, topic, payload, size } = row.message;
  return (
    <span className="live__line">
      <ExactTime at={at} />
      <code className="live__topic">{visible(topic)}</code>
      <code className="live__text">
        {payload === undefined ? t('live.bytes', { count: size }) : preview(payload)}
      </code>
    </span>
  );
}

function preview(data: string): string {
  const text = asText(decodeBase64(data));
  return text === undefined
    ? data.slice(0, shownCharacters)
    : visible(text.slice(0, shownCharacters)).replaceAll('\n', '⏎');
}
