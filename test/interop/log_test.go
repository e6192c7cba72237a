// Package interop reads a log that Sijill wrote with Go's own golang.org/x/mod/sumdb/{note,tlog}: nothing of Sijill's
// is used. The directory that LOG names holds:
//
//	vkey                    the log's verifier key
//	checkpoint              the last one
//	checkpoints/<size>      those before
//	tile/<L>/<N>[.p/<W>]    C2SP tlog-tiles
//	tile/entries/<N>[.p/<W>]
//	proofs/<index>          C2SP tlog-proof@v1
//	consistency/<m>-<n>     one hash a line
package interop

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// directory is where a log is. What override names is read as it says: a file that somebody changed.
type directory struct {
	root     string
	override map[string][]byte
}

func logOf(t *testing.T) directory {
	root := os.Getenv("LOG")
	if root == "" {
		t.Fatal("LOG names no directory: run this through Jest (test/interop/interop.test.ts)")
	}
	return directory{root: root}
}

func (d directory) read(path string) ([]byte, error) {
	if data, ok := d.override[path]; ok {
		return data, nil
	}
	return os.ReadFile(filepath.Join(d.root, path))
}

func (d directory) with(path string, data []byte) directory {
	return directory{root: d.root, override: map[string][]byte{path: data}}
}

func (d directory) must(t *testing.T, path string) []byte {
	t.Helper()
	data, err := d.read(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// open is what a client does first: it believes a checkpoint that the log signed.
func (d directory) open(path string) (tlog.Tree, error) {
	vkey, err := d.read("vkey")
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(strings.TrimSuffix(string(vkey), "\n"))
	if err != nil {
		return tlog.Tree{}, err
	}
	message, err := d.read(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	return openCheckpoint(message, verifier)
}

func openCheckpoint(message []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(message, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("no checkpoint of %s: %q", verifier.Name(), opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func (d directory) tree(t *testing.T) tlog.Tree {
	t.Helper()
	tree, err := d.open("checkpoint")
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// path is where C2SP tlog-tiles has a tile: without its height, and with "entries" for Go's "data".
func path(tile tlog.Tile) string {
	short := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(short, "data/", "entries/", 1)
}

// tiles makes a directory a tlog.TileReader.
type tiles struct{ directory }

func (tiles) Height() int                         { return height }
func (tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (r tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for i, tile := range wanted {
		var err error
		if data[i], err = r.read(path(tile)); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// authenticated reads all hashes of leaves; Go proves each tile against the root before it believes it.
func (d directory) authenticated(tree tlog.Tree) ([]tlog.Hash, error) {
	indexes := make([]int64, tree.N)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, int64(i))
	}
	return tlog.TileHashReader(tree, tiles{d}).ReadHashes(indexes)
}

// entries reads every bundle.
func (d directory) entries(tree tlog.Tree) ([][]byte, error) {
	var entries [][]byte
	for n := int64(0); n<<height < tree.N; n++ {
		width := int(min(1<<height, tree.N-n<<height))
		bundle, err := d.read(path(tlog.Tile{H: height, L: -1, N: n, W: width}))
		if err != nil {
			return nil, err
		}
		count := 0
		for ; len(bundle) > 0; count++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return nil, fmt.Errorf("bundle %d ends within an entry", n)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			entries = append(entries, bundle[2:end])
			bundle = bundle[end:]
		}
		if count != width {
			return nil, fmt.Errorf("bundle %d has %d entries, not %d", n, count, width)
		}
	}
	return entries, nil
}

// rebuild makes the tree anew from its entries alone.
func rebuild(entries [][]byte) (tlog.Hash, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			if index >= int64(len(stored)) {
				return nil, errors.New("no such hash")
			}
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	for n, entry := range entries {
		hashes, err := tlog.StoredHashes(int64(n), entry, reader)
		if err != nil {
			return tlog.Hash{}, err
		}
		stored = append(stored, hashes...)
	}
	return tlog.TreeHash(int64(len(entries)), reader)
}

func hashes(t *testing.T, lines []string) []tlog.Hash {
	t.Helper()
	parsed := make([]tlog.Hash, len(lines))
	for i, line := range lines {
		var err error
		if parsed[i], err = tlog.ParseHash(line); err != nil {
			t.Fatal(err)
		}
	}
	return parsed
}

func TestSignature(t *testing.T) {
	tree := logOf(t).tree(t)
	if tree.N != 70_000 {
		t.Fatalf("the log has %d entries, not 70000", tree.N)
	}
}

func TestTiles(t *testing.T) {
	log := logOf(t)
	tree := log.tree(t)
	leaves, err := log.authenticated(tree)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := log.entries(tree)
	if err != nil {
		t.Fatal(err)
	}
	for i, entry := range entries {
		if tlog.RecordHash(entry) != leaves[i] {
			t.Fatalf("the hash of entry %d is not in its tile", i)
		}
	}
	// What Go would publish for a tree of this size is there, and nothing else.
	wanted := map[string]bool{}
	for _, tile := range tlog.NewTiles(height, 0, tree.N) {
		wanted[path(tile)] = true
		if tile.L == 0 {
			wanted[path(tlog.Tile{H: height, L: -1, N: tile.N, W: tile.W})] = true
		}
	}
	err = filepath.WalkDir(filepath.Join(log.root, "tile"), func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(log.root, name)
		if !wanted[filepath.ToSlash(relative)] {
			t.Errorf("%s is no tile of the tree", relative)
		}
		delete(wanted, filepath.ToSlash(relative))
		return err
	})
	if err != nil || len(wanted) > 0 {
		t.Fatalf("%d tiles are missing, %v", len(wanted), err)
	}
}

func TestRebuild(t *testing.T) {
	log := logOf(t)
	tree := log.tree(t)
	entries, err := log.entries(tree)
	if err != nil {
		t.Fatal(err)
	}
	root, err := rebuild(entries)
	if err != nil || root != tree.Hash {
		t.Fatalf("the entries have the root %v (%v), the checkpoint says %v", root, err, tree.Hash)
	}
}

func TestInclusion(t *testing.T) {
	log := logOf(t)
	tree := log.tree(t)
	entries, err := log.entries(tree)
	if err != nil {
		t.Fatal(err)
	}
	reader := tlog.TileHashReader(tree, tiles{log})
	files, err := os.ReadDir(filepath.Join(log.root, "proofs"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d proofs, %v", len(files), err)
	}
	for _, file := range files {
		head, checkpoint, _ := strings.Cut(string(log.must(t, "proofs/"+file.Name())), "\n\n")
		lines := strings.Split(head, "\n")
		if lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != "index "+file.Name() {
			t.Fatalf("proof %s begins %q", file.Name(), lines[:2])
		}
		if checkpoint != string(log.must(t, "checkpoint")) {
			t.Fatalf("proof %s does not end in the checkpoint", file.Name())
		}
		index, _ := strconv.ParseInt(file.Name(), 10, 64)
		proof, leaf := hashes(t, lines[2:]), tlog.RecordHash(entries[index])
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf); err != nil {
			t.Fatalf("proof %d: %v", index, err)
		}
		own, err := tlog.ProveRecord(tree.N, index, reader)
		if err != nil || fmt.Sprint(own) != fmt.Sprint(tlog.RecordProof(proof)) {
			t.Fatalf("Go's own proof of %d is another one (%v)", index, err)
		}
		if tlog.CheckRecord(proof, tree.N, tree.Hash, (index+1)%tree.N, leaf) == nil {
			t.Fatalf("proof %d is taken for another entry's", index)
		}
	}
}

func TestConsistency(t *testing.T) {
	log := logOf(t)
	files, err := os.ReadDir(filepath.Join(log.root, "consistency"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d proofs, %v", len(files), err)
	}
	for _, file := range files {
		from, to, _ := strings.Cut(file.Name(), "-")
		before, err := log.open("checkpoints/" + from)
		if err != nil {
			t.Fatal(err)
		}
		after, err := log.open("checkpoints/" + to)
		if err != nil {
			t.Fatal(err)
		}
		proof := hashes(t, strings.Fields(string(log.must(t, "consistency/"+file.Name()))))
		if err := tlog.CheckTree(proof, after.N, after.Hash, before.N, before.Hash); err != nil {
			t.Fatalf("%s: %v", file.Name(), err)
		}
		before.Hash[0] ^= 1
		if tlog.CheckTree(proof, after.N, after.Hash, before.N, before.Hash) == nil {
			t.Fatalf("%s: another tree is taken for an earlier one", file.Name())
		}
	}
}

// somewhere names bytes of a file at its ends and in between.
func somewhere(data []byte) []int {
	places := []int{0, len(data) - 1}
	for i := 1; i < 16; i++ {
		places = append(places, i*len(data)/16)
	}
	return places
}

func flipped(data []byte, at int) []byte {
	other := append([]byte(nil), data...)
	other[at] ^= 1
	return other
}

func TestFlippedByteInCheckpoint(t *testing.T) {
	log := logOf(t)
	truth := log.tree(t)
	data := log.must(t, "checkpoint")
	believed := 0
	for at := range data {
		tree, err := log.with("checkpoint", flipped(data, at)).open("checkpoint")
		if err == nil && tree != truth {
			t.Fatalf("with byte %d changed it says %v", at, tree)
		}
		if err == nil {
			believed++
		}
	}
	// Go reads base64 leniently: the bits of the last digit that no byte has may be anything. Ours refuses that.
	if believed > 1 {
		t.Fatalf("%d bytes may be changed", believed)
	}
}

func TestFlippedByteInTile(t *testing.T) {
	log := logOf(t)
	tree := log.tree(t)
	for _, name := range []string{"tile/0/000", "tile/0/123", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"} {
		data := log.must(t, name)
		for _, at := range somewhere(data) {
			if _, err := log.with(name, flipped(data, at)).authenticated(tree); err == nil {
				t.Fatalf("%s with byte %d changed is believed", name, at)
			}
		}
	}
}

func TestFlippedByteInBundle(t *testing.T) {
	log := logOf(t)
	tree := log.tree(t)
	leaves, err := log.authenticated(tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tile/entries/000", "tile/entries/200", "tile/entries/273.p/112"} {
		data := log.must(t, name)
		for _, at := range somewhere(data) {
			entries, err := log.with(name, flipped(data, at)).entries(tree)
			if err != nil {
				continue // a length was changed
			}
			isBelieved := len(entries) == len(leaves)
			for i, entry := range entries {
				isBelieved = isBelieved && tlog.RecordHash(entry) == leaves[i]
			}
			if isBelieved {
				t.Fatalf("%s with byte %d changed is believed", name, at)
			}
		}
	}
}

// A key is what it says, and a signature is checked as Go writes base64: canonically.
func TestSignatureIsCanonical(t *testing.T) {
	lines := strings.Split(string(logOf(t).must(t, "checkpoint")), "\n")
	fields := strings.Fields(lines[len(lines)-2])
	data, err := base64.StdEncoding.Strict().DecodeString(fields[2])
	if err != nil || len(data) != 4+64 {
		t.Fatalf("%d bytes of signature, %v", len(data), err)
	}
}
