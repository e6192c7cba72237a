// Package others has tools that other logs are checked with check one that Sijill wrote: Tessera's fsck, and what
// sigstore's clients verify an entry of Rekor v2 with. Nothing of Sijill's is used. URL names a log that is served; the
// directory that LOG names holds:
//
//	site/                the same, exported: vkey, checkpoint, tile/…
//	proofs/<index>       C2SP tlog-proof@v1, in some checkpoint of the log
//	kept                 an earlier checkpoint
//	grown                a later one with its proof of consistency, as C2SP tlog-witness has it
package others

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	common "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/rekor-tiles/v2/pkg/verify"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
)

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(os.Getenv("LOG"), path))
	if err != nil {
		t.Fatalf("%v: run this through Jest (test/interop/others.servers.test.ts)", err)
	}
	return data
}

func key(t *testing.T) note.Verifier {
	t.Helper()
	verifier, err := note.NewVerifier(strings.TrimSuffix(string(read(t, "site/vkey")), "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

// leaves is what Tessera's own command hashes entries with.
func leaves(bundle []byte) ([][]byte, error) {
	entries := api.EntryBundle{}
	if err := entries.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	var hashes [][]byte
	for _, entry := range entries.Entries {
		hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return hashes, nil
}

// check fails where fsck does, and where it panics: v1.0.4 believes that a bundle has as many entries as it should.
func check(verifier note.Verifier, log fsck.Fetcher) (err error) {
	defer func() {
		if said := recover(); said != nil {
			err = fmt.Errorf("fsck: %v", said)
		}
	}()
	return fsck.New(verifier.Name(), verifier, log, leaves, fsck.Opts{N: 16}).Check(context.Background())
}

// altered is a log with one file changed. Path is as the log has it, below its root.
type altered struct {
	fsck.Fetcher
	path string
	data []byte
}

func (a altered) ReadTile(ctx context.Context, level, index uint64, partial uint8) ([]byte, error) {
	if a.path == tilePath(strconv.FormatUint(level, 10), index, partial) {
		return a.data, nil
	}
	return a.Fetcher.ReadTile(ctx, level, index, partial)
}

func (a altered) ReadEntryBundle(ctx context.Context, index uint64, partial uint8) ([]byte, error) {
	if a.path == tilePath("entries", index, partial) {
		return a.data, nil
	}
	return a.Fetcher.ReadEntryBundle(ctx, index, partial)
}

func (a altered) ReadCheckpoint(ctx context.Context) ([]byte, error) {
	if a.path == "checkpoint" {
		return a.data, nil
	}
	return a.Fetcher.ReadCheckpoint(ctx)
}

// tilePath is of a log with fewer than 1,000 tiles on each level.
func tilePath(level string, index uint64, partial uint8) string {
	if partial == 0 {
		return fmt.Sprintf("tile/%s/%03d", level, index)
	}
	return fmt.Sprintf("tile/%s/%03d.p/%d", level, index, partial)
}

func site(t *testing.T) fsck.Fetcher {
	t.Helper()
	return client.FileFetcher{Root: filepath.Join(os.Getenv("LOG"), "site")}
}

func TestFsckOfTheExport(t *testing.T) {
	if err := check(key(t), site(t)); err != nil {
		t.Fatal(err)
	}
}

func TestFsckOfTheServer(t *testing.T) {
	root, err := url.Parse(os.Getenv("URL"))
	if err != nil {
		t.Fatal(err)
	}
	served, err := client.NewHTTPFetcher(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := check(key(t), served); err != nil {
		t.Fatal(err)
	}
}

// Every file of the export in turn, with a byte changed somewhere.
func TestFsckFindsAFlippedByte(t *testing.T) {
	verifier, root := key(t), filepath.Join(os.Getenv("LOG"), "site")
	count := 0
	err := filepath.WalkDir(root, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "vkey" {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		data[(count*2741)%len(data)] ^= 1
		count++
		if check(verifier, altered{site(t), filepath.ToSlash(relative), data}) == nil {
			t.Errorf("%s with a byte changed is believed", relative)
		}
		return nil
	})
	if err != nil || count < 20 {
		t.Fatalf("%d files, %v", count, err)
	}
}

// proof is a tlog-proof@v1 as sigstore's clients have it, with its entry.
func proof(t *testing.T, index int64) *common.TransparencyLogEntry {
	t.Helper()
	head, checkpoint, _ := strings.Cut(string(read(t, fmt.Sprintf("proofs/%d", index))), "\n\n")
	lines := strings.Split(head, "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != fmt.Sprintf("index %d", index) {
		t.Fatalf("proof %d begins %q", index, lines[:2])
	}
	return &common.TransparencyLogEntry{
		LogIndex:          index,
		CanonicalizedBody: entry(t, index),
		InclusionProof: &common.InclusionProof{
			LogIndex:   index,
			Hashes:     hashes(t, lines[2:]),
			Checkpoint: &common.Checkpoint{Envelope: checkpoint},
		},
	}
}

func hashes(t *testing.T, lines []string) [][]byte {
	t.Helper()
	decoded := make([][]byte, len(lines))
	for i, line := range lines {
		var err error
		if decoded[i], err = base64.StdEncoding.Strict().DecodeString(line); err != nil {
			t.Fatal(err)
		}
	}
	return decoded
}

// entry is read from the export with Tessera's reader.
func entry(t *testing.T, index int64) []byte {
	t.Helper()
	checkpoint, _, _, err := client.FetchCheckpoint(context.Background(), site(t).ReadCheckpoint, key(t), key(t).Name())
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := client.GetEntryBundle(context.Background(), site(t).ReadEntryBundle, uint64(index)/256, checkpoint.Size)
	if err != nil {
		t.Fatal(err)
	}
	return bundle.Entries[index%256]
}

func indexes(t *testing.T) []int64 {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(os.Getenv("LOG"), "proofs"))
	if err != nil || len(files) < 5 {
		t.Fatalf("%d proofs, %v", len(files), err)
	}
	found := make([]int64, len(files))
	for i, file := range files {
		if found[i], err = strconv.ParseInt(file.Name(), 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func TestSigstoreOnInclusion(t *testing.T) {
	for _, index := range indexes(t) {
		if err := verify.VerifyLogEntry(proof(t, index), key(t)); err != nil {
			t.Errorf("entry %d: %v", index, err)
		}
	}
}

func TestSigstoreFindsAFlippedByteInAProof(t *testing.T) {
	for _, index := range indexes(t) {
		changes := []func(*common.TransparencyLogEntry){
			func(e *common.TransparencyLogEntry) { e.LogIndex++ },
			func(e *common.TransparencyLogEntry) { e.CanonicalizedBody[len(e.CanonicalizedBody)/2] ^= 1 },
			func(e *common.TransparencyLogEntry) {
				for i := range e.InclusionProof.Hashes {
					e.InclusionProof.Hashes[i][i] ^= 1
				}
			},
			func(e *common.TransparencyLogEntry) { e.InclusionProof.Hashes = e.InclusionProof.Hashes[1:] },
			func(e *common.TransparencyLogEntry) {
				e.InclusionProof.Checkpoint.Envelope = strings.Replace(e.InclusionProof.Checkpoint.Envelope, "\n", "x\n", 1)
			},
		}
		for n, change := range changes {
			changed := proof(t, index)
			change(changed)
			if verify.VerifyLogEntry(changed, key(t)) == nil {
				t.Errorf("entry %d with change %d is believed", index, n)
			}
		}
	}
}

func TestSigstoreOnConsistency(t *testing.T) {
	kept := string(read(t, "kept"))
	head, now, _ := strings.Cut(string(read(t, "grown")), "\n\n")
	path := hashes(t, strings.Split(head, "\n")[1:])
	if len(path) == 0 {
		t.Fatal("the proof is empty")
	}
	if err := verify.VerifyConsistencyProofWithCheckpoints(path, kept, now, key(t)); err != nil {
		t.Fatal(err)
	}
	for i := range path {
		changed := append([][]byte(nil), path...)
		changed[i] = append([]byte{path[i][0] ^ 1}, path[i][1:]...)
		if verify.VerifyConsistencyProofWithCheckpoints(changed, kept, now, key(t)) == nil {
			t.Errorf("with hash %d changed it is believed", i)
		}
	}
	if verify.VerifyConsistencyProofWithCheckpoints(path, now, kept, key(t)) == nil {
		t.Error("an earlier log is taken for a later one")
	}
	for at := range kept[:bytes.IndexByte([]byte(kept), '\xe2')] {
		changed := []byte(kept)
		changed[at] ^= 1
		if verify.VerifyConsistencyProofWithCheckpoints(path, string(changed), now, key(t)) == nil {
			t.Errorf("a checkpoint with byte %d changed is believed", at)
		}
	}
}
