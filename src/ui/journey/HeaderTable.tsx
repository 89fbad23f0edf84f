/** What a step did to the headers: before and after, or for a sealed packet its outside and inside. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { JourneyStep } from './model.ts';
import { destinationOf, headerRows, insideOf, sourceOf, ttlOf } from './packet-text.ts';
import styles from './StepDetail.module.css';

export function HeaderTable({ step }: { readonly step: JourneyStep }): ReactElement {
  const inside = insideOf(step.after.l3);
  const onTheWay = step.step.kind === 'wire' || step.step.kind === 'dev.tx' || step.step.kind === 'dev.rx';
  return inside !== null && onTheWay ? <Sealed step={step} /> : <BeforeAfter step={step} />;
}

function BeforeAfter({ step: { before, after } }: { readonly step: JourneyStep }): ReactElement {
  const { t } = useTranslation();
  const rows = headerRows(before, after);
  return (
    <table className={styles.diff}>
      <thead>
        <tr>
          <td />
          <th scope="col">{t('journey.detail.before')}</th>
          <th scope="col">{t('journey.detail.after')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name}>
            <th scope="row">{t(`journey.detail.${row.name}`)}</th>
            <td>{row.changed ? <s>{row.before}</s> : (row.before ?? '–')}</td>
            <td>{row.changed ? <mark>{row.after}</mark> : row.after}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Sealed({ step: { after } }: { readonly step: JourneyStep }): ReactElement | null {
  const { t } = useTranslation();
  const inside = insideOf(after.l3);
  if (inside === null) return null;
  const rows = [
    { name: t('journey.detail.source'), outer: sourceOf(after.l3), inner: sourceOf(inside.l3) },
    {
      name: t('journey.detail.destination'),
      outer: after.l3.kind === 'ipv4' ? after.l3.dst : '',
      inner: destinationOf(inside.l3),
    },
    { name: t('journey.detail.ttl'), outer: ttlOf(after.l3), inner: ttlOf(inside.l3) },
  ];
  return (
    <table className={styles.diff}>
      <thead>
        <tr>
          <td />
          <th scope="col">{t('journey.detail.outside')}</th>
          <th scope="col">{t('journey.detail.inside')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, outer, inner }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{outer}</td>
            <td>{inner ?? '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
