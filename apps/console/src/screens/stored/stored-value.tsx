import { useQuery } from '@tanstack/react-query';
import { asText, decodeBase64, visible } from '../../ui/text/device-text.ts';
import { getMessage, type Keeper } from './keeper.ts';

/** Larger ones are looked at one by one, in bytes. */
const mostBytes = 1024;
const shownCharacters = 60;

interface Props {
  readonly owner: Keeper;
  readonly topic: string;
  readonly bytes: number;
  readonly updatedAt: string;
}

/** The beginning of what a topic holds. */
export function StoredValue({ owner, topic, bytes, updatedAt }: Props) {
  const { data } = useQuery({
    queryKey: ['stored', owner.id, topic, updatedAt],
    queryFn: () => getMessage(owner, topic),
    enabled: bytes <= mostBytes,
  });
  if (bytes > mostBytes || data === undefined) return '…';
  const text = asText(decodeBase64(data.data));
  if (text === undefined) return '…';
  const line = visible(text.slice(0, shownCharacters)).replaceAll('\n', '⏎');
  return <code>{text.length > shownCharacters ? `${line}…` : line}</code>;
}
