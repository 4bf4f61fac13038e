import { Button, type ButtonButtonProps } from '@gravity-ui/uikit';
import { useIsLate } from '../layout/use-is-late.ts';

interface Props extends ButtonButtonProps {
  readonly isWorking: boolean;
}

/** Begins a call. While that runs, to press it again does nothing; a spinner comes only once the answer is late. */
export function WorkButton({ isWorking, onClick, ...props }: Props) {
  const isLate = useIsLate(isWorking);
  return (
    <Button
      {...props}
      aria-busy={isWorking}
      loading={isLate}
      onClick={(event) => (isWorking ? event.preventDefault() : onClick?.(event))}
    />
  );
}
