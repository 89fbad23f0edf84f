import { describe, expect, test } from 'vitest';
import { lab } from './testing/lab.ts';

describe('sysctl', () => {
  test('takes both ways of writing a key, and a slash for the dot in a device name', () => {
    const { netns } = lab().island('a').bridge('flannel.1');
    const { sysctl } = netns;
    const values = ['net.ipv4.conf.flannel/1.rp_filter', 'net/ipv4/conf/flannel.1/rp_filter'].map((key, index) => {
      const written = sysctl.set(key, String(index + 1));
      return [written.ok, sysctl.get('net.ipv4.conf.flannel.1.rp_filter')];
    });
    expect(values).toEqual([
      [true, '1'],
      [true, '2'],
    ]);
  });

  test('a key that is not there is named by its file', () => {
    const { sysctl } = lab().island('a').netns;
    const errors = ['net.ipv4.conf.eth0/5.rp_filter', 'net/ipv4/conf/eth0.5/rp_filter'].map((key) => {
      const written = sysctl.set(key, '1');
      return written.ok ? 'written' : written.error;
    });
    const missing = 'sysctl: cannot stat /proc/sys/net/ipv4/conf/eth0.5/rp_filter: No such file or directory';
    expect(errors).toEqual([missing, missing]);
  });
});
