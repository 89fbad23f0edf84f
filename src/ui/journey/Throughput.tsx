/** What iperf3 measured on the packet's way: the rate second by second, the queues it met, and what the number means without any. */
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { bitrateText, iperfText } from '../../cluster/throughput/iperf-text.ts';
import { TextButton } from '../kit/Button.tsx';
import type { MeasuredThroughput as Measured, Throughput as Result } from '../../cluster/throughput/throughput.ts';
import styles from './Outcomes.module.css';

export function Throughput({ result }: { readonly result: Result | 'measuring' }): ReactElement {
  const { t } = useTranslation();
  if (result === 'measuring')
    return (
      <p className={styles.note} role="status">
        {t('journey.throughput.measuring')}
      </p>
    );
  if (result.kind !== 'measured')
    return (
      <p className={styles.note} role="status">
        {t('journey.throughput.failed')} <code>iperf3: error - {result.error}</code>
      </p>
    );
  return <Measurement measured={result} />;
}

function Measurement({ measured }: { readonly measured: Measured }): ReactElement {
  const { t } = useTranslation();
  const [asTool, setAsTool] = useState(false);
  const { receiver, queues, cutShort, sender, protocol } = measured;
  return (
    <figure className={styles.spread}>
      <figcaption className={styles.head}>
        <b role="status">
          {t('journey.throughput.title', { rate: rate(receiver.bytes, receiver.seconds), protocol: protocol.toUpperCase() })}
        </b>
        <TextButton onPress={() => setAsTool(!asTool)}>
          {t(asTool ? 'journey.throughput.table' : 'journey.throughput.tool')}
        </TextButton>
      </figcaption>
      {asTool ? <pre className={styles.tool}>{iperfText(measured)}</pre> : <Seconds measured={measured} />}
      {queues.length === 0 ? <p className={styles.note}>{t(`journey.throughput.free.${protocol}`)}</p> : null}
      {queues.map(({ node, dev, text, dropped }) => (
        <p key={`${node} ${dev}`} className={styles.note}>
          {t('journey.throughput.queue', { node, dev, count: dropped })} <code>{text}</code>
        </p>
      ))}
      {cutShort ? (
        <p className={styles.note}>
          {t('journey.throughput.cutShort', { count: sender.packets })}
          {queues.length === 0 ? '' : ` ${t('journey.throughput.untouched')}`}
        </p>
      ) : null}
    </figure>
  );
}

function Seconds({ measured: { intervals } }: { readonly measured: Measured }): ReactElement {
  const { t } = useTranslation();
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{t('journey.throughput.second')}</th>
          <th scope="col">{t('journey.throughput.sent')}</th>
          <th scope="col">{t('journey.throughput.received')}</th>
        </tr>
      </thead>
      <tbody>
        {intervals.map(({ from, to, sentBytes, receivedBytes }) => (
          <tr key={from}>
            <th scope="row">
              {from.toFixed(2)}–{to.toFixed(2)}
            </th>
            <td>{rate(sentBytes, to - from)}</td>
            <td>{rate(receivedBytes, to - from)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** As iperf3 writes it. */
function rate(bytes: number, seconds: number): string {
  return `${bitrateText(seconds > 0 ? bytes / seconds : 0).trim()}s/sec`;
}
